"""Pure rules of proofs: tree, canonical JSON, signed notes, tiles, receipts, and how each of them is checked."""
