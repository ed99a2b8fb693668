"""The ledger's speed, family by family; each measures its limit in the same run, taking turns with ours."""
