"""Sources that the platform fills from its own records: one file each; no door takes anything in for them."""
