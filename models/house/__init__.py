"""A house to try Halo Rise in: a real Home Assistant, a bedside with a radar, and its nights.

`scripts/develop` opens it to a person, the tests in a browser and on a live process to a
machine. Nothing in it is a stand-in for our own code: the integration is set up through its
config flow, it listens to a simulated module on a TCP port, and the nights it starts with
were scored by the engine that users run.
"""
