"""Problem answers in the person's language: title, how to mend it, and the fields at fault."""

from collections.abc import Sequence
from typing import Any

from shared.kernel.problems import Problem, Refused
from shared.kernel.tracing import trace_id
from shared.kernel.words import Words

TYPE_BASE = "https://peyvand.example/problems/"


class ProblemAnswers:
    """Turns problems into RFC 9457 bodies with the words of a service."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def title(self, problem: Problem, language: str) -> str:
        """The localised title of the most specific class that has words; English falls back to the docstring."""
        for cls in type(problem).__mro__:
            if cls is Problem or not issubclass(cls, Problem):
                break
            key = f"problem.{cls.slug()}"
            if self.words.has(language, key):
                params = {name: value for name, value in problem.extra.items() if isinstance(value, str | int)}
                return self.words.t(language, key, **params)
        return type(problem).title()

    def body(
        self, problem: Problem, *, language: str, instance: str, errors: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        """The problem+json body; `errors` and `refusals` name fields with words that say how to mend them."""
        body: dict[str, Any] = {
            "type": TYPE_BASE + problem.slug(),
            "title": self.title(problem, language),
            "status": problem.status,
            "instance": instance,
        }
        if problem.detail and not isinstance(problem, Refused):
            body["detail"] = problem.detail
        if problem.link:
            body["link"] = problem.link
        if isinstance(problem, Refused):
            body["refusals"] = [self.refusal(each, language) for each in problem.refusals]
            body["detail"] = " ".join(each["words"] for each in body["refusals"])
            body["code"] = problem.refusals[0].code if problem.refusals else None
        if errors:
            body["errors"] = errors
        body |= {name: value for name, value in problem.extra.items() if name not in body}
        if trace_id():
            body["trace"] = trace_id()
        return body

    def refusal(self, refusal: Any, language: str) -> dict[str, Any]:
        """One refusal as data with its words."""
        words = self.words.t(language, f"refusal.{refusal.code}", **refusal.params)
        entry: dict[str, Any] = {"code": refusal.code, "words": words, "severity": refusal.severity}
        if refusal.field:
            entry["field"] = refusal.field
        if refusal.params:
            entry["params"] = {name: str(value) for name, value in refusal.params.items()}
        return entry

    def field_errors(self, found: Sequence[Any], language: str) -> list[dict[str, Any]]:
        """Pydantic's errors as fields with localised words."""
        errors = []
        for each in found:
            first, *rest = each["loc"] or ("",)
            # The first part says where the field was sent; a field of its own may be called `body` or `path`, too.
            where = ".".join(
                str(part) for part in (rest if first in ("body", "query", "path", "header") else (first, *rest))
            )
            code = each["type"]
            context = {name: value for name, value in (each.get("ctx") or {}).items() if isinstance(value, str | int)}
            if code == "value_error":
                raised = (each.get("ctx") or {}).get("error")
                code = str(raised) if raised is not None else code
                context |= getattr(raised, "params", {}) or {}
                code = getattr(raised, "code", code)
            key = f"field.{code}"
            known = self.words.has(language, key)
            words = self.words.t(language, key, **context) if known else self.words.t(language, "field.invalid")
            errors.append({"field": where, "code": code, "words": words})
        return errors
