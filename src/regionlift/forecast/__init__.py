"""Where the network is going: a calibrated simulation, held to what happened and to baselines."""
