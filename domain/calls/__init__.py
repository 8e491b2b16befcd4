"""Programmes and calls (programy i nabory): who gives money, and the rounds in which it is given."""

from domain.calls import call, interest, programme

__all__ = ["call", "interest", "programme"]
