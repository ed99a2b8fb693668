"""存证: how anyone can tell, without our database and without a network, that the ledger was not changed afterwards."""
