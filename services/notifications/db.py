"""The tables of notifications: one metadata, one base."""

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from shared.kernel.db import NAMING, FactColumns


class Table(DeclarativeBase):
    """Base of all tables of notifications."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text()}


class Fact(FactColumns, Table):
    """Base of notifications's aggregates: id, scope, lock and event counter."""

    __abstract__ = True
