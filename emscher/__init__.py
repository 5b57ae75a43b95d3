"""The common ground of Emscher: settings, the vocabulary of streams, the store and the command line."""

__version__ = "0.1.0"
