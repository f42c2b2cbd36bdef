"""Bodies of the routes that are asked about an item never seen before, or about comments."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from suggest.candidates.arguments import MAX_K

MAX_COMMENTS = 100
"""Most comments of one batch."""

MAX_BATCH_CHARS = 50_000
"""Longest comments of one batch taken together: five of the longest, a hundred of 500 characters each, eight times as
much as a hundred usual ones. A hundred of the longest in Chinese kept a worker busy for 13 s."""

MAX_TEXT_CHARS = 10_000
"""Longest title, text or comment: what the large platforms let people write. A page beyond that is no comment, and a
hundred of a million characters would keep a worker busy for minutes."""

MAX_TAGS = 100
MAX_TAG_CHARS = 256

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
Id = Annotated[str, Field(description="At most 256 characters.")]
Gate = Annotated[float, Field(allow_inf_nan=False)]


class Asked(BaseModel):
    """Who asks, and how."""

    # A member that says nothing counts as one that is not there: `min_score` alone tells null from absent.
    model_config = ConfigDict(extra="ignore")

    user: Id | None = None
    locale: Id | None = None
    explain: bool = False
    min_score: Gate | None = Field(None, description="Leave out what scores less; null leaves out nothing.")

    def given(self, name: str, default: Any) -> Any:
        """A member, or the default where the body does not name it."""
        return getattr(self, name) if name in self.model_fields_set else default


class NewItem(Asked):
    """An item that the index need not know."""

    title: Text
    text: Text = ""
    tags: Annotated[list[Annotated[str, Field(max_length=MAX_TAG_CHARS)]], Field(max_length=MAX_TAGS)] = []
    region: Id | None = None
    session: Id | None = None
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10


class Comment(Asked):
    """One comment and who reads it."""

    text: Text
    item: Id | None = None
    offsets: Literal["codepoint", "utf16"] = "codepoint"
    max_per_chars: Annotated[Gate, Field(ge=0)] | None = Field(
        None, description="At most so many spans for each code point; null for any number."
    )


def _short_enough(comments: list[Comment]) -> list[Comment]:
    n_chars = sum(len(comment.text) for comment in comments)
    if n_chars > MAX_BATCH_CHARS:
        raise PydanticCustomError(
            "too_long",
            "Texts should have at most {most} characters taken together, not {found}; send them in several batches",
            {"most": MAX_BATCH_CHARS, "found": n_chars},
        )
    return comments


class Comments(BaseModel):
    """A batch of comments."""

    model_config = ConfigDict(extra="ignore")

    comments: Annotated[
        list[Comment],
        Field(
            max_length=MAX_COMMENTS,
            description=f"Their texts have at most {MAX_BATCH_CHARS:,} characters taken together.",
        ),
        AfterValidator(_short_enough),
    ]


def _kind(body: Any) -> str:
    return "Comments" if isinstance(body, dict) and "comments" in body else "Comment"


# Told apart by their shape, so that an error names a field of what was meant.
CommentOrBatch = Annotated[
    Annotated[Comment, Tag("Comment")] | Annotated[Comments, Tag("Comments")], Discriminator(_kind)
]
"""The body of `POST /v1/comments:entities`."""
