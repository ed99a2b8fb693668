"""Addresses of a portable proof, what it says, how its picture is laid out: all of it pure."""
