"""What is still to be done and to be said: jobs and an outbox, written in the transaction that causes them."""
