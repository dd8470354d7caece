"""One file a family of measures; importing the package registers all of them."""

from regionlift.measures import (
    events,
    exit_test,
    factor,
    local_supply,
    location,
    peers,
    position,
    stage,
    structure,
    transition,
    value,
)
from regionlift.measures.chain import definitions as chain_definitions
from regionlift.measures.inputoutput import definitions as inputoutput_definitions
from regionlift.measures.network import counts, definitions
from regionlift.measures.pathway import definitions_chain as pathway_chain
from regionlift.measures.pathway import definitions_technology as pathway_technology
from regionlift.measures.pathway import network as pathway_network
from regionlift.measures.pathway import yearly as pathway_yearly
from regionlift.measures.platform import definitions as platform_definitions
from regionlift.measures.policy import definitions as policy_definitions
from regionlift.measures.technology import definitions as technology_definitions

__all__ = [
    "chain_definitions",
    "counts",
    "definitions",
    "events",
    "exit_test",
    "factor",
    "inputoutput_definitions",
    "local_supply",
    "location",
    "pathway_chain",
    "pathway_network",
    "pathway_technology",
    "pathway_yearly",
    "peers",
    "platform_definitions",
    "policy_definitions",
    "position",
    "stage",
    "structure",
    "technology_definitions",
    "transition",
    "value",
]
