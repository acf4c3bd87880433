"""Azurite, Microsoft's storage emulator, from npm: installed, found and started."""
