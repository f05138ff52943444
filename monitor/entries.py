"""What is new in a feed document: parsed entries × known entries → new, updated, same.

Publishers rotate guids, repeat them, leave them empty, and share one link between entries, so identity is decided for
the document as a whole:

- an entry is known by its guid, else by its canonical link, else by a hash of title and content;
- a guid that stands in one document with several links identifies nothing there, and the link does;
- a link that several entries of the feed share identifies nothing there, and guid or content does;
- a known link under a new guid is an update;
- when most of a document's known links come under new guids, the feed changed its guid scheme: nothing is news.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Entry
from monitor.urls import canonical


@dataclass(frozen=True, slots=True)
class Known:
    """A stored entry of the feed, as far as identity goes; `digest` is that of its title and text."""

    id: int
    identity: str
    canonical: str
    digest: str


@dataclass(frozen=True, slots=True)
class Identified:
    """A parsed entry with its identity. `link_is_shared`: the link does not identify an article."""

    entry: Entry
    identity: str
    canonical: str
    digest: str
    link_is_shared: bool


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`updated` and `same` pair the id of the stored entry with what the document now says of it.

    `guids_changed` is set when the feed changed its guid scheme; its renamed entries are then all in `same`.
    """

    new: tuple[Identified, ...]
    updated: tuple[tuple[int, Identified], ...]
    same: tuple[tuple[int, Identified], ...]
    guids_changed: bool = False


def identify(entries: Sequence[Entry]) -> tuple[Identified, ...]:
    """The entries of one document with their identities, each once, in document order."""
    parts = [(entry, canonical(entry.link) if entry.link else "", _digest(entry)) for entry in entries]
    bearers: dict[str, set[str]] = defaultdict(set)
    for entry, link, digest in parts:
        bearers[entry.guid].add(link or digest)
    guids = [entry.guid if len(bearers[entry.guid]) == 1 else "" for entry, _, _ in parts]
    contents: dict[str, set[str]] = defaultdict(set)
    for guid, (_, link, digest) in zip(guids, parts, strict=True):
        contents[link].add(guid or digest)
    found: dict[str, Identified] = {}
    for guid, (entry, link, digest) in zip(guids, parts, strict=True):
        shared = len(contents[link]) > 1
        identity = guid or (digest if shared else link) or digest
        found.setdefault(identity, Identified(entry, identity, link, digest, link_is_shared=bool(link) and shared))
    return tuple(found.values())


def reconcile(document: Sequence[Identified], known: Iterable[Known]) -> Reconciled:
    """What is new, updated and the same; `known` holds at least the entries with an identity or link in `document`."""
    by_identity: dict[str, Known] = {}
    by_link: dict[str, list[Known]] = defaultdict(list)
    for stored in known:
        by_identity[stored.identity] = stored
        if stored.canonical:
            by_link[stored.canonical].append(stored)
    here = {item.identity for item in document}

    new: list[Identified] = []
    kept: list[tuple[Known, Identified]] = []
    renamed: list[tuple[Known, Identified]] = []
    for item in document:
        carriers = by_link.get(item.canonical, []) if item.canonical else []
        match = by_identity.get(item.identity) or _same_text(carriers, item)
        if match:
            kept.append((match, item))
            continue
        if len(carriers) == 1 and not item.link_is_shared and carriers[0].identity not in here:
            renamed.append((carriers[0], item))
        else:
            shared = item.link_is_shared or bool(carriers)
            new.append(Identified(item.entry, item.identity, item.canonical, item.digest, link_is_shared=shared))

    # One rotated guid is an update; a document full of them is a new scheme, also where the texts differ a little.
    guids_changed = len(renamed) > 2 and len(renamed) > len(kept)
    updated = [(stored.id, item) for stored, item in kept if stored.digest != item.digest]
    same = [(stored.id, item) for stored, item in kept if stored.digest == item.digest]
    for stored, item in renamed:
        unchanged = guids_changed or stored.digest == item.digest
        (same if unchanged else updated).append((stored.id, item))
    return Reconciled(tuple(new), tuple(updated), tuple(same), guids_changed)


def _same_text(carriers: Iterable[Known], item: Identified) -> Known | None:
    """A stored entry with this link and text, whose identity was another while its link was not shared yet."""
    return next((stored for stored in carriers if stored.digest == item.digest), None)


def _digest(entry: Entry) -> str:
    text = "\x1f".join((entry.title, entry.content or entry.summary))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
