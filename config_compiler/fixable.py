"""Which findings `check --fix` can mend, and why a person has to mend the others.

A fix is made where there is one thing that can be meant, and writing it changes nothing else. May not know how fixes
are found.
"""

from __future__ import annotations

from config_compiler.codes import Code

FIXED: dict[Code, str] = {
    Code.E101: "tabs, and quotes around `#…` or a text with a colon, where the file can then be read in one way",
    Code.E102: "the second of two that say the same is taken out",
    Code.E103: "tags such as `!!str`, which say what is read anyway, are taken out",
    Code.E111: "the one key so near that nothing else can be meant",
    Code.E113: "`50` to `50%`, quotes around numbers and `true` taken away, `yes` to `true`, quotes around `#…`",
    Code.E114: "the one choice so near that nothing else can be meant",
    Code.E201: "a rest that is smaller than the least weight goes where the hint says",
    Code.E205: "the one goal so near that nothing else can be meant",
    Code.E207: "the slash at the beginning, spaces as `%20`",
    Code.E209: "`:-webkit-autofill`, which every browser knows as `:autofill`",
    Code.E210: "`backgroundColor` or `COLOR` as CSS spells it, a `;` at the end taken away",
    Code.E212: "a dot before a class taken away, several classes in one text made a list",
    Code.E221: "the host of an address, in small letters, as browsers spell it",
    Code.E222: "capitals and underscores",
    Code.E224: "a currency in capitals",
    Code.E225: "the one field so near that nothing else can be meant",
    Code.E226: "`uk` as `GB`, `Germany` as `DE`, `de_DE` as `de-DE`, the host of an address, near words",
    Code.E229: "the one audience so near that nothing else can be meant",
    Code.E230: "the one layer so near that nothing else can be meant",
    Code.E232: "`9:00` as `09:00`, seconds that are nought",
    Code.E235: "the slash at the beginning",
    Code.E237: "`</script` in a text of the script",
    Code.E251: "near words, and values as a visit has them",
    Code.W403: "the second in one list is taken out",
    Code.W404: "`colour` and `grey`",
}
"""What is mended."""

LEFT: dict[Code, str] = {
    Code.E104: "what can go is not known",
    Code.E105: "a fix writes in files, and names none",
    Code.E112: "the value is not known",
    Code.E202: "the share that was meant is not known",
    Code.E203: "a key may be live already, and a page reports an event by its name",
    Code.E204: "which of the two keeps the key is not known",
    Code.E206: "the other variation is not known",
    Code.E208: "what it should match is not known",
    Code.E211: "what of it is needed is not known",
    Code.E213: "which of them is meant is not known",
    Code.E223: "what sets the goal off is not known",
    Code.E227: "what was to be asked is not known",
    Code.E228: "what it should match is not known",
    Code.E231: "who gives back is not known",
    Code.E233: "which section has to go is not known",
    Code.E234: "whether it may load from there is not known",
    Code.E236: "which redirect is to stay is not known",
    Code.E238: "what can go is not known",
    Code.E239: "what was to be computed is not known",
    Code.E241: "which of the two is to stay is not known",
    Code.E301: "what visitors have is at stake",
    Code.E302: "a new phase forgets what was measured",
    Code.W401: "a test of the measurement is alike",
    Code.W402: "which of the two is meant is not known",
    Code.W405: "whom it is for is not known",
    Code.W406: "what can go is not known",
    Code.W407: "when and where it should run is not known",
    Code.W408: "a key may be live already",
    Code.W409: "it may be a reminder",
    Code.W410: "where visitors should end is not known",
    Code.W441: "whether they should meet is not known",
    Code.W442: "whether they should meet is not known",
}
"""Why nothing is mended."""
