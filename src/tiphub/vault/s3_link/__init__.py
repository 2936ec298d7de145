"""The same person in several agencies' files. For now every record is a person of its own."""

from tiphub.vault.s3_link.link import link

__all__ = ["link"]
