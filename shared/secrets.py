"""Secrets taken out of texts: what GitHub hands out, and whatever this app signs in with."""

import re

MASK = "***"

# The forms that GitHub documents (personal, OAuth, app, installation, refresh and fine-grained tokens), JSON Web Tokens
# as a GitHub App signs them, and private keys, whose line ends may be written as \n.
_SECRETS = re.compile(
    r"gh[oprsu]_[A-Za-z0-9_]{16,255}"
    r"|github_pat_[A-Za-z0-9_]{16,255}"
    r"|eyJ[A-Za-z0-9_-]{8,2048}\.eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,2048}"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^\"]{0,16384}?-----END [A-Z ]{0,40}PRIVATE KEY-----"
)
# Shorter ones would mask words that merely look alike.
_SHORTEST_KNOWN = 8


def masked(text: str, known: tuple[str, ...] = ()) -> str:
    """Return ``text`` without anything that has the form of a GitHub secret, and without the ``known`` ones."""
    for secret in known:
        if len(secret) >= _SHORTEST_KNOWN:
            text = text.replace(secret, MASK)
    return _SECRETS.sub(MASK, text)
