"""Tables in: the scope, the contract, the manifest, the audit, the dataset."""
