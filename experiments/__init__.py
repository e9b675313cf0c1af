"""The command line `zonesim`: its verbs, the engines that run replicates, and the folders of results."""
