"""Who listens to a run: the log and the ledger."""
