"""The demonstration: a year of real purchases through the same services that the API uses."""
