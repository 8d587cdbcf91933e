"""The picture of a preview card. It takes a library and fonts into memory: loaded when one is asked for."""
