"""Ids, amounts and places."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from shared.values.amounts import ApproxCount, BeneficiaryBreakdown, Money, Qualifier
from shared.values.ids import derived_id, new_id
from shared.values.places import Scope, code_of, lies_within, parent_of, province_of


class TestIds:
    def test_new_ids_are_version_seven(self) -> None:
        made = [new_id() for _ in range(100)]
        assert len(set(made)) == 100
        assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}

    def test_derived_ids_are_the_same_everywhere(self) -> None:
        assert derived_id("ir-seo", "territory", "IR-03") == derived_id("ir-seo", "territory", "IR-03")
        assert derived_id("ir-seo", "territory", "IR-03") != derived_id("ir-seo", "territory", "IR-04")
        assert isinstance(derived_id("a", "b", "c"), UUID)


class TestAmounts:
    def test_a_sum_keeps_the_weaker_qualifier(self) -> None:
        total = ApproxCount(value=30) + ApproxCount(value=1000, qualifier=Qualifier.MORE_THAN)
        assert (total.value, total.qualifier) == (1030, Qualifier.MORE_THAN)

    def test_toman_is_ten_rials(self) -> None:
        assert Money.of_toman(5).amount == 50

    def test_a_split_that_does_not_add_up_is_incomplete(self) -> None:
        told = BeneficiaryBreakdown(total=10, by_gender={"girl": 4, "boy": 6}, by_stage={"primary": 3})
        assert told.incomplete == ("by_stage",)


class TestPlaces:
    def test_a_path_knows_its_province(self) -> None:
        assert (province_of("IR/IR-03"), province_of("IR"), province_of("IR/IR-03/IR-03-07")) == ("IR-03", "", "IR-03")
        assert (parent_of("IR/IR-03"), code_of("IR/IR-03")) == ("IR", "IR-03")
        assert lies_within("IR/IR-03/IR-03-07", "IR/IR-03")
        assert not lies_within("IR/IR-030", "IR/IR-03")

    def test_a_scope_refuses_what_is_no_path(self) -> None:
        with pytest.raises(ValidationError):
            Scope(tenant="ir-seo", territory="IR/../x")
