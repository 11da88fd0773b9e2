"""Puts the program together: which adapter stands behind which port. Nothing is opened or imported before its use."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from coach.bank.checking import Finding, Lint, check_bank
from coach.bank.importing import Imported, import_bank, import_text
from coach.bank.index import Embedding, Index
from coach.bank.library import Library
from coach.bank.question import Bank
from coach.chat import ChatModel, Deadline
from coach.critique.feedback import Judge
from coach.errors import BankError, InputError
from coach.practice.answering import Answering
from coach.practice.record import LOCAL, Record
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.adapters.litellm_model import Endpoint
    from coach.adapters.scenario_files import ScenarioFiles
    from coach.adapters.sql_database import SqlDatabase
    from coach.customer.scenario import Scenario
    from coach.customer.turns import Observer
    from coach.practice.interviewing import Interviewing
    from coach.practice.jobs import Jobs
    from coach.practice.progress import Progress
    from coach.practice.roleplay import RolePlaying
    from coach.practice.work import Work

JudgeChoice = Literal["auto", "offline", "llm"]
Through = Callable[[ChatModel], ChatModel]
"""What stands before a model while it is asked: something that counts its calls and can stop them, for one."""
_CORPUS = Path(__file__).parent.parent / "corpus"


def direct(model: ChatModel) -> ChatModel:
    """Nothing before a model."""
    return model


class Coach:
    """The program by one set of settings. Every part is made when it is first asked for, and then kept."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def library(self) -> Library:
        """The bundled bank and the imported ones."""
        from coach.adapters.corpus_files import BundledFiles
        from coach.adapters.sql_library import SqlLibrary

        return SqlLibrary(BundledFiles(_CORPUS / "questions"), self._database)

    @cached_property
    def embedding(self) -> Embedding:
        """What the index is built with."""
        if self.settings.embedding == "lexical":
            from coach.adapters.lexical_embedding import LexicalEmbedding

            return LexicalEmbedding()
        from coach.adapters.litellm_embedding import LiteLLMEmbedding

        return LiteLLMEmbedding(self._endpoint(self.settings.embedding), self.settings.timeout_seconds)

    @cached_property
    def index(self) -> Index:
        """The vector store over all banks."""
        from coach.adapters.chroma_index import ChromaIndex

        settings = self.settings
        return ChromaIndex(settings.data_dir / "index", self.embedding, self.library.banks, settings.chroma_url)

    @cached_property
    def record(self) -> Record:
        """What the person of this machine practised; `record.of` gives anybody else's."""
        from coach.adapters.sql_record import SqlRecord

        return SqlRecord(self._database)

    @cached_property
    def _database(self) -> "SqlDatabase":
        """What the record and the library share."""
        from coach.adapters.sql_database import SqlDatabase
        from coach.adapters.sql_record import sqlite_url

        return SqlDatabase(self.settings.database_url or sqlite_url(self.settings.data_dir))

    @cached_property
    def model(self) -> ChatModel | None:
        """The chat model with its fallbacks; None where none is set."""
        if not self.settings.model:
            return None
        from coach.adapters.litellm_model import LiteLLMModel

        names = (self.settings.model, *self.settings.model_fallbacks)
        return LiteLLMModel([self._endpoint(name) for name in names], self.settings.timeout_seconds)

    def warm_up(self) -> None:
        """Loads what a chat model needs, so that no judgement waits for it; nothing where none is set."""
        if self.model is not None:
            from coach.adapters.litellm_import import load_litellm

            load_litellm()

    def judge(self, choice: JudgeChoice, through: Through = direct) -> Judge:
        """The judge of this name; `auto` is the model where one is set. Raises InputError where `llm` finds none."""
        if choice == "llm" and self.model is None:
            raise InputError("no model is set; set COACH_MODEL (see .env.example), or choose offline")
        if choice == "offline" or self.model is None:
            from coach.critique.offline import OfflineJudge

            return OfflineJudge()
        from coach.critique.critic import Critic

        return Critic(through(self.model))

    def answering(self, choice: JudgeChoice = "auto", person: str = LOCAL, through: Through = direct) -> Answering:
        """Practice with single questions."""
        return Answering(
            self.index,
            self.record.of(person),
            self.judge(choice, through),
            self.settings.max_answer_chars,
            self.settings.deadline_seconds,
        )

    def progress(self, person: str = LOCAL) -> "Progress":
        """What the record says of a person's progress, in the days of this machine's zone."""
        from coach.practice.mastery import whole_day_scheduler
        from coach.practice.progress import Progress

        return Progress(self.record.of(person), self.library, whole_day_scheduler(), lambda: datetime.now(UTC))

    @cached_property
    def work(self) -> "Work":
        """What takes a while, done by whoever runs it."""
        from coach.adapters.sql_ledger import SqlLedger
        from coach.practice.work import Work

        return Work(self, self.record, SqlLedger(self._database))

    @cached_property
    def jobs(self) -> "Jobs":
        """The same work, going on when a page goes away or a process dies."""
        from coach.adapters.dbos_jobs import DbosJobs, work_url

        return DbosJobs(self.settings.database_url or work_url(self.settings.data_dir), self.work.run)

    def delete_everything(self, person: str = LOCAL) -> None:
        """Deletes all that is kept of a person, with what was told of their work; SQLite's files keep no trace of it.

        Raises RecordUnavailable where another program holds a database.
        """
        from coach.adapters.sqlite_traces import forget_what_was_deleted

        work = self.settings.data_dir / "work.db"
        if self.settings.database_url or work.exists():
            self.jobs.forget(person)
        self.record.of(person).delete_everything()
        if work.exists():
            forget_what_was_deleted(work)

    def keep_document(self, bank: str, document: str, text: str, progress: Callable[[int, int], None]) -> None:
        """Makes a bank of a document's text and brings the index up to date."""
        self.take_in(document, text, bank)
        self.index.update(self.library.banks(), progress=progress)

    def draft_missing(self, bank: str, progress: Callable[[int, int], None], through: Through) -> None:
        """Lets the model draft what a bank lacks. Raises InputError where there is no such bank, or no model."""
        from coach.bank.approval import missing
        from coach.bank.drafting import draft_and_keep

        found = self.library.imported(bank)
        if found is None:
            raise InputError("there is no imported bank {name!r}", name=bank)
        if self.model is None:
            raise InputError("no model is set; drafts need one: set COACH_MODEL (see .env.example)")
        model = through(self.model)
        lacking = [question for question in found.questions if missing(question).anything]
        for place, question in enumerate(lacking):
            progress(place, len(lacking))
            draft_and_keep(self.library, question, model, Deadline(self.settings.deadline_seconds))

    def interviewing(
        self, choice: JudgeChoice = "auto", person: str = LOCAL, through: Through = direct
    ) -> "Interviewing":
        """Practice with mock interviews. Raises InputError where `llm` finds no model."""
        from coach.practice.interviewing import Interviewing

        return Interviewing(
            self.answering(choice, person, through),
            self.progress(person),
            self.library,
            self.record.of(person),
            lambda: datetime.now(UTC),
            self.settings.max_answer_chars,
        )

    @cached_property
    def stage(self) -> "ScenarioFiles":
        """The cards, the written lines and the rubric of role-plays."""
        from coach.adapters.scenario_files import ScenarioFiles

        return ScenarioFiles(_CORPUS / "scenarios", _CORPUS / "customer")

    def role_playing(
        self, choice: JudgeChoice = "auto", person: str = LOCAL, through: Through = direct
    ) -> "RolePlaying":
        """Practice with a difficult customer. Raises InputError where `llm` finds no model."""
        from coach.customer.lines import TemplateRenderer
        from coach.customer.observer import ModelObserver, RuleObserver
        from coach.customer.renderer import ModelRenderer
        from coach.practice.roleplay import Cast, RolePlaying

        judge = self.judge(choice, through)
        observer, renderer = RuleObserver(), TemplateRenderer(self.stage.lines)
        cast = Cast(observer, renderer, judge)
        if judge.kind == "llm" and self.model is not None:
            model, watching = through(self.model), through(self._observer_model or self.model)
            cast = Cast(ModelObserver(watching, observer), ModelRenderer(model, renderer), judge, model)
        return RolePlaying(
            self.stage.scenarios,
            self.stage.rubric,
            cast,
            self.index,
            self.record.of(person),
            self.settings.deadline_seconds,
        )

    def observer(self, choice: JudgeChoice) -> "Observer":
        """Who watches turns. Raises InputError where `llm` finds no model."""
        from coach.customer.observer import ModelObserver, RuleObserver

        judge = self.judge(choice)
        model = None if judge.kind == "offline" else self._observer_model or self.model
        return RuleObserver() if model is None else ModelObserver(model, RuleObserver())

    @cached_property
    def _observer_model(self) -> ChatModel | None:
        """The model that watches a role-play, where another one than the chat model is set."""
        if not self.settings.observer_model:
            return None
        from coach.adapters.litellm_model import LiteLLMModel

        return LiteLLMModel([self._endpoint(self.settings.observer_model)], self.settings.timeout_seconds)

    def import_document(self, path: Path, name: str | None = None, dry_run: bool = False) -> Imported:
        """Keeps the questions of a document as a bank; the index takes them up at its next use.

        A YAML file holds a whole bank, as `bank_as_yaml` gives it; it replaces the bank of its name.

        Raises:
            DocumentError: the document can't be read, or holds no question.
            BankError: the bank's name can't be used, or the YAML file breaks the schema.
            Unavailable: the bank can't be written.
        """
        if path.suffix.lower() in (".yaml", ".yml"):
            from coach.adapters.corpus_files import read_bank_file

            return import_bank(read_bank_file(path), path.name, self.library, name, dry_run)
        from coach.adapters.documents import read_document

        return import_text(read_document(path), path.name, self.library, name, dry_run)

    def document_text(self, document: str, data: bytes) -> str:
        """The text of a document that somebody handed over. Raises DocumentError."""
        from coach.adapters.documents import read_document_bytes

        return read_document_bytes(document, data)

    def take_in(self, document: str, text: str, name: str | None = None, dry_run: bool = False) -> Imported:
        """What `import_document` does, with the text that `document_text` gave."""
        if document.lower().endswith((".yaml", ".yml")):
            from coach.adapters.corpus_files import bank_of_yaml

            return import_bank(bank_of_yaml(document, text), document, self.library, name, dry_run)
        return import_text(text, document, self.library, name, dry_run)

    def bank_as_yaml(self, bank: Bank) -> str:
        """A bank with all that it holds, as a file for a person to edit and import again."""
        from coach.adapters.corpus_files import to_yaml

        return to_yaml(bank)

    def check(self, path: Path | None) -> Sequence[Finding]:
        """The faults of the bundled bank and its scenarios where no path is given, else of what is at the path.

        That is a folder or a file, of scenarios or of a bank. What breaks the schema has that as its one fault.
        """
        from coach.adapters.scenario_files import scenario_paths

        cards = scenario_paths(path or _CORPUS / "scenarios")
        if path is not None:
            return self._check_cards(cards) if cards else self._check_bank(path)
        found = self._check_bank(_CORPUS / "questions")
        if any(finding.kind == Lint.SCHEMA for finding in found):
            return found  # the cards are held against the bank
        return [*found, *self._check_cards(cards, is_whole=True)]

    def _check_bank(self, where: Path) -> Sequence[Finding]:
        from coach.adapters.corpus_files import read_bank

        try:
            bank = read_bank(where)
        except BankError as fault:
            return [Finding(file=where.name, key="", kind=Lint.SCHEMA, message=str(fault))]
        return check_bank(bank, self.embedding)

    def _check_cards(self, paths: Sequence[Path], is_whole: bool = False) -> Sequence[Finding]:
        from coach.adapters.scenario_files import read_scenario
        from coach.customer.checking import check_card, check_coverage

        known = {question.id for bank in self.library.banks() for question in bank.questions}
        cards: list[Scenario] = []
        found: list[Finding] = []
        for path in paths:
            try:
                cards.append(read_scenario(path))
            except BankError as fault:
                found.append(Finding(file=path.name, key="", kind=Lint.SCHEMA, message=str(fault)))
        found += [finding for card in cards for finding in check_card(card, known)]
        return [*found, *check_coverage(cards)] if is_whole else found

    def _endpoint(self, model: str) -> "Endpoint":
        """Where a model is reached: our own address and key for the chat model's provider, each provider's own else.

        At an address of one's own a provider's key is never sent.
        """
        from coach.adapters.litellm_model import Endpoint

        provider = _provider_of(model)
        own = provider == _provider_of(self.settings.model or model)
        variables = self.settings.provider_variables
        if own and self.settings.api_base:
            return Endpoint(model, self.settings.api_base, self.settings.api_key)
        key = self.settings.api_key.get_secret_value() if own else ""
        return Endpoint(
            model,
            api_base=variables.get(f"{provider.upper()}_API_BASE", ""),
            api_key=SecretStr(key or variables.get(f"{provider.upper()}_API_KEY", "")),
        )


def _provider_of(model: str) -> str:
    """The provider by LiteLLM's naming; a bare name is OpenAI's or, where it says claude, Anthropic's."""
    if "/" in model:
        return model.partition("/")[0]
    return "anthropic" if model.startswith("claude") else "openai"
