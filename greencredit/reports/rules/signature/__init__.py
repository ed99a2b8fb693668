"""The signature in a report's file: how it is written, and how it is read again without believing anything."""
