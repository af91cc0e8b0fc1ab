"""Hold a sleep tracker against what is known to be true.

Every module beside this one is a command `halo-rise evaluate …`, or what it is made of.
"""
