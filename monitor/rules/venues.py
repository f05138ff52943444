"""Stock exchanges: the names, suffixes and codes by which articles say where a symbol trades.

Venues form families by country, because a symbol means one firm in each: "NASDAQ:X" is not "TSX:X".
"""

import re

# Family: venue names; after "." RIC and Yahoo suffixes; after "/" Bloomberg codes.
_FAMILIES = """
US: nasdaq nasdaqgs nasdaqgm nasdaqcm nasdaq-gs nasdaq-gm nasdaq-cm nasdaqcapitalmarket nasdaqglobalmarket
    nasdaqglobalselect nasdaqglobalselectmarket nasdaqstockmarket nasd nms nyse nyseamerican nysearca nysemkt nyseamex
    newyorkstockexchange amex arca bats cboe iex otc otcqx otcqb otcpink otcmkts otcmarkets otcpk pink us usa
    . o oq n k pk us / us uw un uq ua ur
CA: tsx tsxv tsx-v tsxventure tsxventureexchange torontostockexchange toronto tse cse cve neo cboeca ca
    . to v cn ne / cn ct cv
GB: lse lon london londonstockexchange aim . l / ln
DE: xetra etr fra fse fwb frankfurt ger ibis . de f / gr gy gf
FR: epa par euronextparis paris enxtpa . pa / fp
NL: ams euronextamsterdam amsterdam enxtam . as / na
BE: ebr euronextbrussels brussels . br / bb
PT: eli euronextlisbon lisbon . ls / pl
IT: bit mil borsaitaliana milan . mi / im
ES: bme mce madrid . mc / sm
CH: six swx vtx sixswissexchange . s sw vx / sw vx
SE: sto omx stockholm nasdaqstockholm . st / ss
DK: cph copenhagen nasdaqcopenhagen . co / dc
FI: hel helsinki nasdaqhelsinki . he / fh
NO: osl ose oslo . ol / no
PL: wse gpw warsaw . wa / pw
JP: tyo tse jpx tokyo tokyostockexchange . t / jt jp
HK: hkg hkex sehk hkse hongkong hongkongstockexchange . hk / hk
KR: krx kospi kosdaq ksc . ks kq / ks kq
TW: tpe twse tpex taipei . tw two / tt
CN: sha sse szse she shanghai shenzhen . ss sh sz / ch cg cs
IN: nse bse nsei bom . ns bo / in ib
AU: asx . ax / au at
NZ: nzx nze . nz / nz
SG: sgx . si / sp
BR: bvmf b3 bovespa . sa / bz
MX: bmv . mx / mm
IL: tase tlv . ta / it
ZA: jse . jo j / sj
SA: tadawul . sr / ab
"""
# Also places and datelines ("TOKYO: NEC said"): venues only in parentheses.
PLACES = frozenset(
    """
    amsterdam brussels copenhagen frankfurt helsinki hongkong lisbon london madrid milan oslo paris shanghai shenzhen
    stockholm taipei tokyo toronto us usa warsaw
    """.split()  # noqa: SIM905  (a list of this length reads better as words)
)
# RIC suffixes of one letter; the others of one letter are share classes ("BRK.B").
_RIC_LETTERS = "ONLTVK"
# Bloomberg codes that are words: "AMD IN talks".
WORD_CODES = frozenset(["in", "it", "no"])


def _read_families() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    tables: tuple[dict[str, set[str]], ...] = ({}, {}, {})
    for line in _FAMILIES.replace("\n    ", " ").strip().splitlines():
        family, names = line.split(":")
        groups = re.split(r" [./] ", names.strip())
        for table, group in zip(tables, groups, strict=True):
            for name in group.split():
                table.setdefault(name.replace("-", ""), set()).add(family)
    venues, rics, codes = ({name: frozenset(found) for name, found in table.items()} for table in tables)
    return venues, rics, codes


VENUES, _RICS, CODES = _read_families()


def ric_families(suffix: str) -> frozenset[str]:
    """The families of a suffix after a symbol and a stop ("O" in "NVDA.O"); none for a share class."""
    if len(suffix) == 1 and suffix not in _RIC_LETTERS:
        return frozenset()
    return _RICS.get(suffix.casefold(), frozenset())


def venue_name(words: str) -> str:
    """A venue as VENUES spells it: "NYSE American" → "nyseamerican"."""
    return re.sub(r"[\s\-_.]", "", words).casefold()
