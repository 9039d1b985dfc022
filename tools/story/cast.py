"""The demo's people, schools and agencies: all invented, deterministic, of real size for three provinces."""

from dataclasses import dataclass, field

FAMILIES = [
    "احمدی",
    "رضایی",
    "کریمی",
    "موسوی",
    "حسینی",
    "صادقی",
    "نوری",
    "جعفری",
    "قاسمی",
    "رحیمی",
    "اکبری",
    "سلیمانی",
    "امینی",
    "یزدانی",
    "شریفی",
    "کاظمی",
    "طاهری",
    "فرهادی",
    "نیک\u200cنام",
    "بهرامی",
    "زمانی",
    "حیدری",
    "میرزایی",
    "سعیدی",
    "ابراهیمی",
    "پناهی",
    "خلیلی",
    "رستمی",
    "فتحی",
    "غفاری",
    "عزیزی",
    "مرادی",
    "نجفی",
    "بیگی",
    "توکلی",
    "داودی",
]
GIVEN = [
    "مریم",
    "علی",
    "زهرا",
    "رضا",
    "فاطمه",
    "حسن",
    "نرگس",
    "امیر",
    "لیلا",
    "مهدی",
    "سارا",
    "احسان",
    "مینا",
    "کاوه",
    "پروین",
    "بهزاد",
    "شیرین",
    "سعید",
    "نسرین",
    "فرهاد",
    "آرزو",
    "پیمان",
    "ژاله",
    "کامران",
]
SCHOOL_NAMES = [
    "امید",
    "باران",
    "سپیده",
    "نیکان",
    "مهرگان",
    "آوا",
    "افق",
    "شکوفه",
    "نور",
    "گلستان",
    "یاس",
    "بهار",
    "رویش",
    "ستاره",
    "آفتاب",
    "پرتو",
    "سرو",
    "صبا",
    "نسیم",
    "کوثر",
    "ایثار",
    "دانش",
    "فردوس",
    "مهر",
    "نوید",
    "همت",
    "سعادت",
    "توحید",
    "وحدت",
    "رسالت",
    "اندیشه",
    "آرمان",
    "پیام",
    "سروش",
    "نگین",
    "ترنم",
    "شقایق",
    "نیلوفر",
    "لاله",
    "ارغوان",
]
AGENCIES = (
    ("محیط زیست", "general_directorate", "governmental"),
    ("ورزش و جوانان (تربیت بدنی)", "general_directorate", "governmental"),
    ("بهزیستی", "organisation", "governmental"),
    ("هلال احمر", "body", "non_governmental"),
    ("بنیاد نخبگان", "institute", "governmental"),
    ("انجمن خیرین مدرسه‌ساز", "body", "non_governmental"),
    ("میراث فرهنگی و گردشگری", "general_directorate", "governmental"),
    ("جهاد کشاورزی", "organisation", "governmental"),
    ("شهرداری", "body", "governmental"),
    ("کمیتهٔ امداد", "body", "non_governmental"),
)
MORE_AGENCIES = (
    (
        "راه و شهرسازی،بنادر،منابع طبیعی،آب منطقه‌ای،برق منطقه‌ای،گاز،پست،مخابرات،دانشگاه علوم پزشکی،دانشگاه فرهنگیان،"
        "فنی و حرفه‌ای،صنعت معدن و تجارت،اقتصادی و دارایی،ثبت احوال،ثبت اسناد،دادگستری،راهداری،هواشناسی،دامپزشکی،"
        "تعاون کار و رفاه،تأمین اجتماعی،بیمهٔ سلامت،کتابخانه‌های عمومی،فرهنگ و ارشاد،تبلیغات اسلامی،اوقاف،صدا و سیما،"
        "استاندارد،غلهٔ استان,شیلات،زمین‌شناسی،نوسازی مدارس،کانون پرورش فکری،بسیج سازندگی،آتش‌نشانی،اورژانس،انتقال خون،"
        "اتاق بازرگانی،نظام مهندسی،نظام پزشکی"
    )
    .replace(",", "،")
    .split("،")
)
GENDERS = ("girls", "boys", "mixed")


@dataclass(frozen=True)
class Person:
    """Somebody with a name, an e-mail and a mobile; a minor has neither address."""

    key: str
    name: str
    email: str | None
    mobile: str | None
    minor: bool = False


@dataclass(frozen=True)
class School:
    """A special school with its principal and, if it becomes a secretariat, its officer."""

    key: str
    name: str
    gender: str
    enrolment: int
    principal: Person
    officer: Person | None


@dataclass(frozen=True)
class Agency:
    """An agency of a province's pool; those that take part have a manager and a contact."""

    key: str
    name: str
    kind: str
    sector: str
    manager: Person | None = None
    contact: Person | None = None


@dataclass(frozen=True)
class Province:
    """One province of the story: `candidates` schools are nominated, `chosen` selected with as many agencies."""

    code: str
    name: str
    candidates: int
    chosen: int
    seats: dict[str, Person] = field(default_factory=dict)
    expert: Person | None = None
    schools: tuple[School, ...] = ()
    agencies: tuple[Agency, ...] = ()


class Names:
    """Deals names and numbers in a fixed order."""

    def __init__(self) -> None:
        self.dealt = 0

    def person(self, key: str, *, minor: bool = False) -> Person:
        """The next person; the address says who they are in the story, so that a message can be read back."""
        n = self.dealt
        self.dealt += 1
        name = f"{GIVEN[n % len(GIVEN)]} {FAMILIES[(n * 7) % len(FAMILIES)]}"
        if minor:
            return Person(key, name, None, None, minor=True)
        return Person(key, name, f"{key.replace('/', '.').lower()}@example.org", f"+98912{1000000 + n:07d}")


def numbered(names: list[str], n: int) -> str:
    """The n-th name; when all have been dealt, again from the first with a number behind."""
    round_no, place = divmod(n - 1, len(names))
    return names[place] if not round_no else f"{names[place]} {round_no + 1}"


def headquarters(names: Names) -> dict[str, Person]:
    """Thirteen seats; HQ-13 is a pupil's seat."""
    return {f"HQ-{n:02d}": names.person(f"hq/{n:02d}", minor=n == 13) for n in range(1, 14)}


def province(names: Names, code: str, name: str, *, candidates: int, chosen: int, schools: int, pool: int) -> Province:
    """A province with eight seats, an expert, schools and an agency pool."""
    low = code.lower()
    seats = {f"PR-{n:02d}": names.person(f"{low}/pr-{n:02d}", minor=n == 8) for n in range(1, 9)}
    expert = names.person(f"{low}/pe")
    found = []
    for n in range(1, schools + 1):
        found.append(
            School(
                key=f"{code}/school/{n}",
                name=f"مدرسهٔ استثنایی {numbered(SCHOOL_NAMES, n)} {name}",
                gender=GENDERS[n % 3] if n % 5 else "girls",
                enrolment=40 + 7 * n % 120,
                principal=names.person(f"{low}/principal-{n}"),
                officer=names.person(f"{low}/officer-{n}") if n <= chosen else None,
            )
        )
    agencies = []
    for n in range(1, pool + 1):
        if n <= len(AGENCIES):
            title, kind, sector = AGENCIES[n - 1]
        else:
            title, kind, sector = numbered(MORE_AGENCIES, n - 10), "organisation", "governmental"
        manager = names.person(f"{low}/am-{n}") if n <= chosen else None
        contact = names.person(f"{low}/ac-{n}") if n <= chosen else None
        agencies.append(Agency(f"{code}/agency/{n}", f"{title.strip()} {name}", kind, sector, manager, contact))
    return Province(code, name, candidates, chosen, seats, expert, tuple(found), tuple(agencies))


def three_provinces(names: Names) -> list[Province]:
    """East Azerbaijan with 9 candidates and 7 places (5 + 2 agencies), Yazd with 5, Tehran with 12 for 10."""
    return [
        province(names, "IR-03", "آذربایجان شرقی", candidates=9, chosen=7, schools=40, pool=50),
        province(names, "IR-21", "یزد", candidates=5, chosen=5, schools=30, pool=50),
        province(names, "IR-23", "تهران", candidates=12, chosen=10, schools=50, pool=50),
    ]
