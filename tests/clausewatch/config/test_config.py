"""Tests the configuration: what is accepted, what is refused, and what is never shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from pathlib import Path

import pytest

from archive.masking import masked_url
from archive.model import ReviewTimes
from clausewatch.config import Configuration, load
from clausewatch.config.quantities import duration_text, parse_duration, parse_size, size_text
from clausewatch.errors import ConfigurationError
from notifier.audience.subscriptions import Target
from notifier.audience.timing import Quiet, Schedule
from notifier.channels import address_problem

WHOLE = """
database = "sqlite:///watch.db"

[crawl]
every = "1d"
contact = "desk@cloakroom.test"
max_body = "2 MB"
timeout = "20 s"
delay = "3 s"
max_wait = "2 min"
full_fetch = "2d"
concurrency = 4
retries = 1
redirects = 3
workers = 1
worker_memory = "500 MB"
worker_time = "10 s"
allow_private = ["intranet.test", "10.1.0.0/16"]

[channels]
desk = "mailtos://${USER_NAME}:${PASSWORD}@mail.cloakroom.test"

[[policy]]
name = "Cloakroom"
url = "https://cloakroom.test/privacy"
languages = ["en"]
tags = ["vendor"]
select = ["main"]
remove = [".news"]
every = "6h"
renamed_from = "Wardrobe"

[[policy]]
name = "Warung Dongeng"
url = "http://dongeng.test/privasi"
profile = "kenalan"

[[subscriber]]
name = "Privacy desk"
via = ["desk:officer@cloakroom.test"]
topics = ["sharing", "retention"]
severity = "medium"
policies = ["tag:vendor", "Warung Dongeng"]
"""
VARIABLES = {"USER_NAME": "alerts@cloakroom.test", "PASSWORD": "p@ss/w:rd#1"}

Load = Callable[..., Configuration]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Return a function that loads a text as `watch.toml`, with the given environment variables and no others."""

    def load_text(text: str, variables: Mapping[str, str] = VARIABLES) -> Configuration:
        path = tmp_path / "watch.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, variables, address_problem)

    return load_text


@pytest.fixture
def problems(read: Load) -> Callable[..., tuple[str, ...]]:
    """Return a function that returns the problems in a configuration text."""

    def find(text: str, variables: Mapping[str, str] = VARIABLES) -> tuple[str, ...]:
        with pytest.raises(ConfigurationError) as caught:
            read(text, variables)
        return caught.value.problems

    return find


Problems = Callable[..., tuple[str, ...]]


def test_every_key_of_the_file_is_in_the_configuration(read: Load, tmp_path: Path) -> None:
    configuration = read(WHOLE)
    first, second = configuration.policies
    assert configuration.database == f"sqlite:///{tmp_path}/watch.db"
    assert (first.name, first.url) == ("Cloakroom", "https://cloakroom.test/privacy")
    assert first.every == timedelta(hours=6)
    assert second.every == timedelta(days=1)
    assert (first.options.languages, first.options.select, first.options.remove) == (("en",), ("main",), (".news",))
    assert (first.tags, first.renamed_from, second.profile) == (("vendor",), "Wardrobe", "kenalan")
    [subscriber] = configuration.subscribers
    assert subscriber.via == (Target("desk", "officer@cloakroom.test"),)
    assert (subscriber.topics, subscriber.severity) == (("sharing", "retention"), "medium")
    assert subscriber.policies == ("tag:vendor", "Warung Dongeng")
    crawl = configuration.crawl
    assert (crawl.max_body, crawl.timeout, crawl.delay, crawl.concurrency) == (2_000_000, 20.0, 3.0, 4)
    assert (crawl.retries, crawl.redirects, crawl.workers, crawl.worker_memory) == (1, 3, 1, 500_000_000)
    assert (crawl.max_wait, crawl.full_fetch) == (120.0, 172_800.0)
    assert (crawl.worker_time, crawl.allow_private, crawl.contact) == (
        10.0,
        ("intranet.test", "10.1.0.0/16"),
        "desk@cloakroom.test",
    )


def test_the_times_for_reviews_are_configured(read: Load, problems: Problems) -> None:
    assert read('[review_within]\ncritical = "8h"').review_times == ReviewTimes(critical=timedelta(hours=8))
    (problem,) = problems('[review_within]\nhigh = "1m"')
    assert problem == 'review_within.high: "1m" is out of bounds: from 1 hour to 366 days'


def test_an_empty_file_is_a_configuration_that_watches_nothing(read: Load, tmp_path: Path) -> None:
    configuration = read("")
    assert configuration.policies == ()
    assert configuration.database == f"sqlite:///{tmp_path}/clausewatch.db"


def test_a_subscriber_without_chosen_policies_gets_all_policies(read: Load) -> None:
    configuration = read(WHOLE.replace('policies = ["tag:vendor", "Warung Dongeng"]', ""))
    assert configuration.subscribers[0].policies == ()


def test_all_problems_are_reported_together_with_their_places(problems: Problems) -> None:
    text = """
    databse = "sqlite:///x.db"
    [crawl]
    every = "5 min"
    max_body = 8
    [[policy]]
    name = "Cloakroom"
    url = "ftp://cloakroom.test"
    langages = ["en"]
    [[subscriber]]
    via = ["post:someone"]
    """
    assert problems(text) == (
        "databse: unknown key; did you mean 'database'?",
        'crawl.every: "5 min" is too often: at least 15 minutes between two checks',
        'crawl.max_body: 8 is not a size: write a number and a unit in quotes, like "8 MB"',
        'policy[1].url (Cloakroom): "ftp://cloakroom.test" is not a web address: write it like https://example.org/privacy',
        "policy[1].langages (Cloakroom): unknown key; did you mean 'languages'?",
        "subscriber[1].name: is missing",
        'subscriber[1].via[1]: there is no channel "post"; name it under [channels]',
    )


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        ('name = "Warung Dongeng"', 'name = "Cloakroom"', '"Cloakroom" is already the name of policy[1]'),
        ('renamed_from = "Wardrobe"', 'renamed_from = "Warung Dongeng"', "is still the name of policy[2]"),
        (
            'policies = ["tag:vendor",',
            'policies = ["tag:vendr",',
            "no policy has the tag \"vendr\"; did you mean 'vendor'?",
        ),
        ('"Warung Dongeng"]', '"Warung"]', 'no policy is called "Warung"'),
        ('via = ["desk:', 'via = ["dsk:', "there is no channel \"dsk\"; did you mean 'desk'?"),
        ('["desk:officer@cloakroom.test"]', '["desk:a@b.test", "desk:a@b.test"]', '"desk:a@b.test" is listed twice'),
        ('"kenalan"', '"kenalen"', "there is no profile \"kenalen\"; did you mean 'kenalan'?"),
        ('"retention"', '"retension"', "did you mean 'retention'?"),
        ('"medium"', '"midium"', "did you mean 'medium'?"),
        ('"main"', '"main >"', "is not a valid CSS selector"),
        ('languages = ["en"]', 'languages = ["English"]', "is not a language code"),
        ('languages = ["en"]', 'languages = "en"', "must be a list"),
        ("https://cloakroom", "https://desk:pw@cloakroom", "holds a user name or password"),
        ("https://cloakroom.test", "https:cloakroom.test", "is not a web address"),
        ("https://cloakroom.test/privacy", "https://cloakroom.test:99999/", "is not a web address"),
        ("https://cloakroom.test/privacy", "https://cloakroom.test/a b", "holds a space"),
        (
            'url = "https://cloakroom.test/privacy"',
            'urls = ["https://a.test", "https://a.test"]',
            "https://a.test twice",
        ),
        ('url = "https://cloakroom.test/privacy"', 'urls = ["https://a.test", "a.test"]', "is not a web address"),
        ('url = "https://cloakroom.test/privacy"', "urls = []", "is an empty list"),
        ('url = "https://cloakroom.test/privacy"', 'url = "https://a.test"\nurls = ["https://b.test"]', "keep one"),
        ('url = "https://cloakroom.test/privacy"', 'urls = ["https://me:pw@a.test"]', "holds a user name or password"),
        ('every = "6h"', 'every = "6"', "is not a duration"),
        ('every = "6h"', 'every = "6 fortnights"', "the unit 'fortnights' is not known"),
        ("concurrency = 4", "concurrency = 0", "is out of bounds: from 1 to 256"),
        ("concurrency = 4", 'concurrency = "4"', "must be a whole number"),
        ('["intranet.test", "10.1.0.0/16"]', "true", "true would allow every private address: name what you mean"),
        ('["intranet.test", "10.1.0.0/16"]', "false", "false is the default: take the key out"),
        ('["intranet.test", "10.1.0.0/16"]', '"10.1.0.0/16"', "must be a list"),
        ('"intranet.test", ', '"http://intranet.test", ', 'allow_private[1]: "http://intranet.test" is not a host'),
        ('"intranet.test", ', '"127.1", ', "is not a host, address or network"),
        ('"10.1.0.0/16"', '"10.1.2.3/16"', 'has more bits than its mask: write "10.1.0.0/16"'),
        ('timeout = "20 s"', 'timeout = "2 h"', "is out of bounds: from 1 s to 10 minutes"),
        ('max_body = "2 MB"', 'max_body = "2 TB"', "the unit 'TB' is not known"),
        ('contact = "desk@cloakroom.test"', 'contact = "the desk"', "is neither an e-mail address nor a web address"),
        ('name = "Privacy desk"', 'name = " "', "is empty: write a name"),
        ('name = "Cloakroom"', 'name = "tag:Cloakroom"', "which marks a tag"),
        ("severity = ", "gravity = ", "unknown key"),
        ("mailtos://", "mailtoss://", "Apprise knows no service"),
        ("desk = ", '"a:b" = ', "is not a channel name"),
        ("sqlite:///watch.db", "sqlite:///nowhere/watch.db", "lies in a folder that does not exist"),
        ("sqlite:///watch.db", "sqlite://", "so nothing would be kept"),
        ("sqlite:///watch.db", "mysql://db.test/watch", "is not a database that Clausewatch supports"),
    ],
)
def test_a_meaningless_value_is_refused_and_the_error_says_how_to_fix_it(
    problems: Problems, wrong: str, right: str, problem: str
) -> None:
    assert wrong in WHOLE
    found = problems(WHOLE.replace(wrong, right, 1))
    assert any(problem in sentence for sentence in found), found


def test_a_subscriber_chooses_the_language_of_the_messages(read: Load, problems: Problems) -> None:
    assert [subscriber.language for subscriber in read(WHOLE).subscribers] == ["en"]
    assert [subscriber.language for subscriber in read(f'{WHOLE}language = "id"\n').subscribers] == ["id"]
    assert problems(f'{WHOLE}language = "fr"\n') == (
        'subscriber[1].language (Privacy desk): "fr" is not known; known: en, id',
    )


def test_a_single_table_in_place_of_a_list_is_explained(problems: Problems) -> None:
    assert problems('[policy]\nname = "Cloakroom"') == (
        "policy: must be a list of tables: head each with [[policy]], in two brackets",
    )


def test_a_problem_in_a_table_hides_no_problem_in_other_tables(problems: Problems) -> None:
    found = problems('crawl = 3\nchannels = []\n[[policy]]\nname = "A"\n[[subscriber]]\nname = "B"\nvia = ["x"]')
    assert [sentence.partition(":")[0] for sentence in found] == [
        "crawl",
        "channels",
        "policy[1].url (A)",
        "subscriber[1].via[1] (B)",
    ]


def test_one_address_may_be_written_as_a_list(read: Load) -> None:
    text = WHOLE.replace('url = "https://cloakroom.test/privacy"', 'urls = ["https://cloakroom.test/privacy"]')
    assert read(text).policies[0].urls == ("https://cloakroom.test/privacy",)


def test_several_addresses_are_read_as_one_policy(read: Load) -> None:
    urls = ("https://cloakroom.test/privacy", "https://cloakroom.test/partners")
    text = WHOLE.replace('url = "https://cloakroom.test/privacy"', f"urls = {json.dumps(urls)}")
    assert read(text).policies[0].urls == urls


def test_a_password_in_one_of_several_addresses_is_not_shown(problems: Problems) -> None:
    text = WHOLE.replace('url = "https://cloakroom.test/privacy"', 'urls = ["https://me:pw@a.test"]')
    assert "pw@" not in "".join(problems(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[crawl\n", "line 1, column 7: is not TOML: "),
        ('name = "A"\nname = "B"\n', "line 2, column 11: is not TOML: "),
        ('a = "open', "at its end: is not TOML: "),
    ],
)
def test_a_syntax_error_has_its_line_and_column(problems: Problems, text: str, problem: str) -> None:
    [sentence] = problems(text)
    assert sentence.startswith(problem)


def test_the_error_for_a_missing_file_says_how_to_make_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="`clausewatch init` writes one"):
        load(tmp_path / "none.toml", {})


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_bytes('contact = "é"'.encode("cp1252"))
    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        load(path, {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_bytes(b"\xef\xbb\xbf[crawl]\n")
    assert load(path, {}).policies == ()


def test_a_folder_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {})


def test_a_missing_variable_is_named_with_its_place(problems: Problems) -> None:
    found = problems(WHOLE, {"USER_NAME": "x@cloakroom.test", "PASSWORD": ""})
    assert found == ("channels.desk: the variable PASSWORD is empty: set it in the environment, or name an `env_file`",)


def test_the_environment_has_priority_over_the_env_file(read: Load, tmp_path: Path) -> None:
    (tmp_path / "watch.env").write_text(
        "# secrets\n\nexport USER_NAME='file@cloakroom.test'\nPASSWORD=\"from file\"\n", encoding="utf-8"
    )
    configuration = read('env_file = "watch.env"\n' + WHOLE, {"PASSWORD": "from environment"})
    assert configuration.channels[0].url == ("mailtos://file%40cloakroom.test:from%20environment@mail.cloakroom.test")
    assert configuration.from_environment == ("PASSWORD",)


def test_a_missing_env_file_is_reported(problems: Problems, tmp_path: Path) -> None:
    [sentence] = problems('env_file = "none.env"')
    assert sentence == f"env_file: there is no file {tmp_path}/none.env; write it, or remove the key"


def test_a_bad_line_of_the_env_file_is_named_without_its_text(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "watch.env").write_text("A=1\nhunter2\n", encoding="utf-8")
    [sentence] = problems('env_file = "watch.env"')
    assert "line 2" in sentence
    assert "hunter2" not in sentence


def test_a_password_in_an_address_may_contain_any_character(read: Load) -> None:
    assert read(WHOLE).channels[0].url == ("mailtos://alerts%40cloakroom.test:p%40ss%2Fw%3Ard%231@mail.cloakroom.test")


def test_a_variable_that_is_the_whole_address_is_used_unchanged(read: Load) -> None:
    text = '[channels]\nhook = "${HOOK}"\n'
    assert read(text, {"HOOK": "json://u:p@hook.test/a?b=c"}).channels[0].url == "json://u:p@hook.test/a?b=c"


def test_two_dollar_signs_are_read_as_one_dollar_sign(read: Load) -> None:
    text = '[[policy]]\nname = "$${A} $5"\nurl = "https://cloakroom.test"\nselect = ["a[href$=pdf]"]\n'
    [policy] = read(text).policies
    assert policy.name == "${A} $5"
    assert policy.options.select == ("a[href$=pdf]",)


@pytest.mark.parametrize("text", ["${}", "${A-B}", "${A"])
def test_a_malformed_variable_is_refused(problems: Problems, text: str) -> None:
    [sentence] = problems(f'[[policy]]\nname = "{text}"\nurl = "https://cloakroom.test"\n')
    assert "names no variable" in sentence


def test_no_secret_shows_anywhere(read: Load, problems: Problems) -> None:
    secret = {"USER_NAME": "alerts@cloakroom.test", "PASSWORD": "hunter2-canary"}
    assert "hunter2" not in repr(read(WHOLE, secret))
    wrong = WHOLE.replace("mailtos://", "nonsense://").replace('name = "Cloakroom"', 'name = "tag:${PASSWORD}"')
    told = "\n".join(problems(wrong.replace("https://cloakroom.test", "https://${PASSWORD}:x@c.test"), secret))
    assert "hunter2" not in told
    assert "policy[1]" in told


def test_a_literal_password_shows_in_no_problem(problems: Problems) -> None:
    told = "\n".join(
        problems(
            'database = "postgresql://me:hunter2@db.test/x"\n'
            '[channels]\na = "nonsense://me:hunter2@mail.test"\n'
            '[[policy]]\nname = "A"\nurl = "https://me:hunter2@c.test"\n'
        )
    )
    assert "hunter2" not in told
    assert told.count("\n") == 2


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:hunter2@db.test/watch", "postgresql+psycopg://me:***@db.test/watch"),
        (
            "postgresql+psycopg://db.test/watch?user=me&password=hunter2",
            "postgresql+psycopg://db.test/watch?user=me&password=***",
        ),
        ("postgresql+psycopg://me@db.test/watch", "postgresql+psycopg://me@db.test/watch"),
        ("sqlite:////var/lib/watch.db", "sqlite:////var/lib/watch.db"),
    ],
)
def test_a_database_is_shown_without_its_password(url: str, shown: str) -> None:
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12h", 43_200),
        ("30 s", 30),
        ("7d", 604_800),
        ("1.5 hours", 5400),
        ("1 minute", 60),
        ("15min", 900),
        ("2w", 1_209_600),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "size"), [("8 MB", 8_000_000), ("8MiB", 8_388_608), ("512 kB", 512_000), ("1.5gb", 1_500_000_000)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("value", ["", "12", "h", "-1h", "1h30", "1e3 s", 12, True, None, ["1h"], "١ h"])
def test_an_invalid_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(value)


def test_durations_and_sizes_are_written_in_the_largest_unit_that_gives_a_whole_number() -> None:
    assert [duration_text(timedelta(seconds=s)) for s in (90, 60, 7200, 86_400, 1_209_600)] == [
        "90 s",
        "1 minute",
        "2 hours",
        "1 day",
        "2 weeks",
    ]
    assert [size_text(size) for size in (999, 8_000_000, 1_500_000_000)] == ["999 B", "8 MB", "1.5 GB"]


SUBSCRIBER = """
[channels]
desk = "json://desk.test/x"
[[policy]]
name = "Cloakroom"
url = "https://cloakroom.test/privacy"
[[subscriber]]
name = "Ana"
via = ["desk"]
"""


@pytest.mark.parametrize(
    ("lines", "topics", "clauses"),
    [
        ("", ("sharing", "rights"), ()),
        ('clauses = ["III"]', (), ("III",)),
        ('clauses = ["III"]\ntopics = ["cookies"]', ("cookies",), ("III",)),
        ("operator = true", ("sharing", "rights"), ()),
        ('operator = true\ntopics = ["rights"]', ("rights",), ()),
        ("operator = true\ntopics = []", (), ()),
    ],
)
def test_the_default_topics_apply_only_if_no_topics_or_clauses_are_chosen(
    tmp_path: Path, lines: str, topics: tuple[str, ...], clauses: tuple[str, ...]
) -> None:
    file = tmp_path / "clausewatch.toml"
    file.write_text(SUBSCRIBER + lines, encoding="utf-8")
    (subscriber,) = load(file, {}).subscribers
    assert (subscriber.topics, subscriber.clauses) == (topics, clauses)


def test_times_and_days_of_messages_are_read(tmp_path: Path) -> None:
    lines = 'digest = "weekly"\ndigest_day = "friday"\ndigest_at = "17:30"\nquiet = "22:00-07:00"\n'
    file = tmp_path / "clausewatch.toml"
    file.write_text(f'{SUBSCRIBER}{lines}timezone = "Asia/Jakarta"\nalerts = "digest"\n', encoding="utf-8")
    (subscriber,) = load(file, {}).subscribers
    assert subscriber.digest == Schedule("weekly", time(17, 30), 4)
    assert subscriber.quiet == Quiet(time(22), time(7))
    assert (subscriber.timezone, subscriber.alerts) == ("Asia/Jakarta", "digest")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('clauses = ["IX"]', 'no profile has a clause "IX"; did you mean'),
        ('digest = "hourly"', '"hourly" is not known; known: daily, weekly'),
        ('digest_at = "08:00"', 'add digest = "daily" or "weekly"'),
        ('alerts = "digest"', 'add digest = "daily" or "weekly"'),
        ('digest = "daily"\ndigest_day = "friday"', "is for weekly digests"),
        ('digest = "daily"\ndigest_at = "8"', 'write hours and minutes, like "08:00"'),
        ('digest = "weekly"\ndigest_day = "fryday"', "did you mean 'friday'?"),
        ('quiet = "22:00"', 'write the beginning and the end, like "22:00-07:00"'),
        ("quiet = 22", 'write the beginning and the end, like "22:00-07:00"'),
        ('timezone = "Jakarta"', 'write one like "Asia/Jakarta"'),
    ],
)
def test_the_error_for_meaningless_times_and_clauses_says_how_to_fix_them(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "clausewatch.toml"
    file.write_text(SUBSCRIBER + line, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load(file, {})
    assert said in str(refused.value)
    assert "subscriber[1]" in str(refused.value)


def test_a_subscriber_that_would_receive_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clausewatch.toml"
    file.write_text(SUBSCRIBER + "topics = []", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has no topics, so it would receive nothing"):
        load(file, {})


def test_a_policy_cannot_be_both_new_and_renamed(tmp_path: Path) -> None:
    file = tmp_path / "clausewatch.toml"
    policy = '[[policy]]\nname = "Ferry"\nurl = "https://ferry.example/p"\nnew = true\nrenamed_from = "Boat"'
    file.write_text(policy, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has both `new` and `renamed_from`"):
        load(file, {})
