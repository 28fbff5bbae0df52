"""Rules and patterns at random, and what the recurrence patterns of Outlook mean, in Python."""
import datetime
import xml.etree.ElementTree as ET

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Asia/Kathmandu",
         "America/St_Johns", "Pacific/Auckland", "Asia/Singapore", "America/Sao_Paulo",
         "Africa/Casablanca", "Europe/London", "Pacific/Chatham", "Australia/Lord_Howe", "UTC"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]  # as datetime counts them
NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def start(r):
    day = datetime.date(2000, 1, 1) + datetime.timedelta(days=r.randrange(36 * 365))
    if r.random() < 0.3:  # where the clocks change, and where months end
        day = r.choice([datetime.date(2026, 3, 29), datetime.date(2026, 10, 25), datetime.date(2027, 1, 31),
                        datetime.date(2028, 2, 29), datetime.date(2026, 3, 8), datetime.date(2026, 12, 31),
                        datetime.date(2026, 1, 1), datetime.date(2026, 4, 5), datetime.date(2025, 8, 30)])
    minute = r.choice([0, 90, 120, 150, 165, 540, 600, 1020, 1380, r.randrange(1440)])
    return datetime.datetime(day.year, day.month, day.day, minute // 60, minute % 60)


def numbers(r, low, high, most, signed=False):
    found = set()
    for _ in range(r.randint(1, most)):
        n = r.randint(low, high)
        found.add(-n if signed and r.random() < 0.4 else n)
    return ",".join(str(n) for n in sorted(found))


def days(r, ordinals=0):
    found = set()
    numbered = r.choice([1, 1, 1, 1, 0.7])  # mixed with plain days now and then
    for day in r.sample(DAYS, r.choice([1, 1, 1, 2, 2, 3, 5, 7])):
        number = ""
        if ordinals and r.random() < numbered:
            number = r.choice(["", "-"]) + str(r.choice([1, 1, 2, 3, 4, 5, r.randint(1, ordinals)]))
        found.add(number + day)
    if not ordinals and r.random() < 0.25:
        return r.choice(["MO,TU,WE,TH,FR", "SA,SU", ",".join(DAYS)])
    return ",".join(sorted(found))


def rule(r):
    """Any rule that RFC 5545 allows, without its end."""
    freq = r.choice(["DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY"])
    part = {"FREQ": freq}
    if r.random() < 0.6:
        part["INTERVAL"] = r.choice([1, 2, 2, 3, 4, 5, 6, 7, 12, 14, 24])
        if freq == "YEARLY":
            part["INTERVAL"] = r.choice([1, 2, 3, 4])
    if r.random() < 0.25:
        part["BYMONTH"] = numbers(r, 1, 12, r.choice([1, 1, 3]))
    if freq == "YEARLY" and r.random() < 0.2:
        part["BYWEEKNO"] = numbers(r, 1, 53, 3, True)
    if freq == "YEARLY" and r.random() < 0.15:
        part["BYYEARDAY"] = numbers(r, 1, 366, 4, True)
    if freq != "WEEKLY" and r.random() < 0.35:
        part["BYMONTHDAY"] = r.choice([numbers(r, 1, 31, 4, True), numbers(r, 1, 31, 1), "-1", "28,29,30,31",
                                       "1,2,3,4,5,6,7", "8,9,10,11,12,13,14"])
    if r.random() < 0.5:
        ordinals = 0
        if "BYWEEKNO" not in part:
            ordinals = {"MONTHLY": 5, "YEARLY": 5 if "BYMONTH" in part else 53}.get(freq, 0)
        part["BYDAY"] = days(r, ordinals if r.random() < 0.7 else 0)
    if len(set(part) - {"FREQ", "INTERVAL"}) and r.random() < 0.25:
        part["BYSETPOS"] = r.choice(["1", "-1", "2", "-2", numbers(r, 1, 6, 2, True)])
    if r.random() < 0.4:
        part["WKST"] = r.choice(DAYS)
    names = list(part)
    return ";".join("%s=%s" % (n, part[n]) for n in names)


def simple_rule(r):
    """A rule of the kinds that Outlook can say, in one of its spellings, without its end."""
    day = r.choice(["%(d)s", "%(a)s,%(b)s", "MO,TU,WE,TH,FR", "SA,SU", ",".join(DAYS)]) % {
        "d": r.choice(DAYS), "a": r.choice(DAYS[:3]), "b": r.choice(DAYS[3:])}
    n = r.choice(["1", "2", "3", "4", "-1"])
    month = r.randint(1, 12)
    by_day = r.choice(["BYDAY=%s%s" % (n, r.choice(DAYS)), "BYDAY=%s;BYSETPOS=%s" % (day, n),
                       "BYMONTHDAY=%s" % r.choice(["1", "2", "-1", "28,29,30,31;BYSETPOS=-1"]),
                       "BYDAY=%s;BYMONTHDAY=8,9,10,11,12,13,14" % r.choice(DAYS)])
    by_date = "BYMONTHDAY=" + r.choice(["5", "15", "28", "28,29,30;BYSETPOS=-1", "28,29;BYSETPOS=-1"])
    text = r.choice([
        "FREQ=DAILY", "FREQ=DAILY;BYDAY=" + day, "FREQ=DAILY;BYMONTHDAY=7", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=" + day,
        "FREQ=WEEKLY;BYDAY=" + day, "FREQ=MONTHLY", "FREQ=MONTHLY;" + by_day, "FREQ=MONTHLY;" + by_day, "FREQ=MONTHLY;" + by_date,
        "FREQ=MONTHLY;BYMONTH=%d;%s" % (month, by_day), "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=%d" % month,
        "FREQ=YEARLY;BYMONTH=%d;%s" % (month, by_day), "FREQ=YEARLY;BYMONTH=%d;%s" % (month, by_date),
        "FREQ=YEARLY;BYMONTHDAY=7", "FREQ=YEARLY;BYDAY=" + n + r.choice(DAYS)])
    if r.random() < 0.5:
        text += ";INTERVAL=%d" % r.choice([1, 2, 2, 3, 4, 6, 7, 12, 14])
    if r.random() < 0.5:
        text += ";WKST=" + r.choice(DAYS)
    return text


def pattern(r):
    """RecurrenceData of every form, without its end."""
    def on(name, chance=0.3):
        return ' %s="%s"' % (name, r.choice(["TRUE", "true"])) if r.random() < chance else ""

    def some(name, value):
        return ' %s="%s"' % (name, value) if r.random() < 0.8 else ""  # the defaults, too

    kind = r.choice(["daily", "weekly", "monthly", "monthlyByDay", "yearly", "yearlyByDay"])
    how = r.choice([1, 1, 2, 3, 5, 12])
    which = "".join(on(d.lower()) for d in DAYS) or ' th="TRUE"'
    if kind.endswith("ByDay") and r.random() < 0.6:
        which = r.choice(["".join(on(d) for d in ("day", "weekday", "weekend_day")), ' day="TRUE"',
                          ' weekday="TRUE"', ' weekend_day="TRUE"', ' %s="TRUE"' % r.choice(DAYS).lower()]) or which
    month = r.randint(1, 12)
    attributes = {
        "daily": some("dayFrequency", how) + on("weekday", 0.2),
        "weekly": which + some("weekFrequency", how),
        "monthly": some("monthFrequency", how) + some("day", r.choice([1, 5, 28, 29, 30, 31])),
        "monthlyByDay": which + some("weekdayOfMonth", r.choice(list(NTH))) + some("monthFrequency", how),
        "yearly": some("yearFrequency", how) + ' month="%d" day="%d"' % (
            month, r.choice([1, 15, 28, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]])),
        "yearlyByDay": which + some("weekdayOfMonth", r.choice(list(NTH))) + some("month", month) +
        some("yearFrequency", how),
    }[kind]
    return ("<recurrence><rule><firstDayOfWeek>%s</firstDayOfWeek><repeat><%s%s/></repeat>%%s</rule></recurrence>"
            % (r.choice(DAYS).lower(), kind, attributes))


def month_days(year, month):
    day = datetime.date(year, month, 1)
    found = []
    while day.month == month:
        found.append(day)
        if day == datetime.date.max:
            break
        day += datetime.timedelta(days=1)
    return found


def months(first, step, last_year):
    n = first.year * 12 + first.month - 1
    while n // 12 <= last_year:
        yield n // 12, n % 12 + 1
        n += step


def expand(xml, first, last_year):
    """The days of RecurrenceData from the day first on, as recurrence.md 1 and 8.1 say, end left out."""
    a_rule = ET.fromstring(xml).find("rule")
    week_start = [d.lower() for d in DAYS].index(a_rule.find("firstDayOfWeek").text)
    p = a_rule.find("repeat")[0]

    def number(name):
        return int(p.get(name, "1"))

    def is_on(name):
        return p.get(name, "FALSE").lower() == "true"

    def allowed(day):
        name = DAYS[day.weekday()].lower()
        return (is_on(name) or is_on("day") or (is_on("weekday") and day.weekday() < 5) or
                (is_on("weekend_day") and day.weekday() > 4))

    def clipped(year, month):
        return month_days(year, month)[:number("day")][-1]

    def nth(year, month):
        fit = [d for d in month_days(year, month) if allowed(d)]
        n = NTH[p.get("weekdayOfMonth", "first")]
        return fit[n] if n < len(fit) else None

    if p.tag in ("daily", "weekly"):
        week = first - datetime.timedelta(days=(first.weekday() - week_start) % 7)
        day = first
        while day.year <= last_year:
            if p.tag == "weekly":
                ok = is_on(DAYS[day.weekday()].lower()) and (day - week).days // 7 % number("weekFrequency") == 0
            elif is_on("weekday"):
                ok = day.weekday() < 5
            else:
                ok = (day - first).days % number("dayFrequency") == 0
            if ok:
                yield day
            day += datetime.timedelta(days=1)
        return
    if p.tag in ("monthly", "monthlyByDay"):
        places = months(first, number("monthFrequency"), last_year)
    else:
        places = ((y, number("month")) for y in range(first.year, last_year + 1, number("yearFrequency")))
    for year, month in places:
        day = nth(year, month) if p.tag.endswith("ByDay") else clipped(year, month)
        if day and day >= first:
            yield day
