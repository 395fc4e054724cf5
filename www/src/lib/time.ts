// Times as people say them. The language is the page's, the zone the viewer's.

import { locale as LANGUAGE } from "./language";
import { words as t } from "./words";

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** From this age on a token is marked as old. */
export const OLD_TOKEN_DAYS = 90;

const exactFormat = new Intl.DateTimeFormat(LANGUAGE, {
  weekday: "short",
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const momentOptions = {
  weekday: "long",
  month: "long",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
} as const;
const thisYearFormat = new Intl.DateTimeFormat(LANGUAGE, momentOptions);
const otherYearFormat = new Intl.DateTimeFormat(LANGUAGE, { ...momentOptions, year: "numeric" });
const dayFormat = new Intl.DateTimeFormat(LANGUAGE, {
  weekday: "long",
  year: "numeric",
  month: "long",
  day: "numeric",
});
const clockFormat = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const relativeFormat = new Intl.RelativeTimeFormat(LANGUAGE);

/** To the second, with the zone. */
export const exact = (at: number | string) => exactFormat.format(new Date(at));
/** To the minute, as in a sentence; with the year where it is not this one. */
export const moment = (at: number | string, now = Date.now()) =>
  (isSameYear(at, now) ? thisYearFormat : otherYearFormat).format(new Date(at));
export const day = (at: number | string) => dayFormat.format(new Date(at));
export const timeOfDay = (at: number | string) => clockFormat.format(new Date(at));

/** In the viewer's zone. */
export const isSameYear = (one: number | string, other: number | string) =>
  new Date(one).getFullYear() === new Date(other).getFullYear();

/** "3 days ago", "in 2 hours". By lengths, not by the calendar: a day ago is not always yesterday. */
export function relative(at: number | string, now: number): string {
  const difference = new Date(at).getTime() - now;
  const size = Math.abs(difference);
  // Two clocks differ a little: what has just happened may seem to be ahead.
  if (size < 45 * SECOND) return difference > 3 * SECOND ? t.inAMoment : t.justNow;
  const [unit, length]: [Intl.RelativeTimeFormatUnit, number] =
    size < HOUR
      ? ["minute", MINUTE]
      : size < DAY
        ? ["hour", HOUR]
        : size < 60 * DAY
          ? ["day", DAY]
          : size < 730 * DAY
            ? ["month", 30.44 * DAY]
            : ["year", 365.25 * DAY];
  return relativeFormat.format(Math.round(difference / length), unit);
}

/** As a field of the type `datetime-local` has it: in the viewer's zone, to the minute. */
export function toLocal(at: string): string {
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** The moment that such a field names, in UTC; null where it names none. */
export function fromLocal(text: string): string | null {
  const time = new Date(text);
  return text === "" || Number.isNaN(time.getTime()) ? null : time.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The last second of a day of the viewer's calendar, in UTC; null where the text names no day. */
export const endOfDay = (day: string) => fromLocal(`${day}T23:59:59`);

/** "6 d 23 h 59 m", in the last hour "59 m 12 s": what is left until `until`, at least nothing. */
export function countdown(until: number | string, now: number): string {
  const left = Math.max(0, Math.ceil((new Date(until).getTime() - now) / SECOND));
  const parts: [number, string][] = [
    [Math.floor(left / 86_400), t.units.day],
    [Math.floor(left / 3_600) % 24, t.units.hour],
    [Math.floor(left / 60) % 60, t.units.minute],
    [left % 60, t.units.second],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first < 0 ? 3 : first, left >= 3_600 ? 3 : 4)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

/** "7 days", "3 hours": what is left, in one unit, to the nearest one. */
export function left(until: number | string, now: number): string {
  const remaining = Math.max(0, new Date(until).getTime() - now);
  const [size, unit] = UNITS.find(([size]) => Math.round(remaining / size) >= 2) ?? ([SECOND, "second"] as const);
  return measured(size === SECOND ? Math.ceil(remaining / SECOND) : Math.round(remaining / size), unit);
}

const UNITS = [
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
] as const;

/** "7 days" */
function measured(amount: number, unit: "day" | "hour" | "minute" | "second"): string {
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long", useGrouping: false }).format(
    amount,
  );
}

export function ageInDays(at: string, now: number): number {
  return Math.max(0, Math.floor((now - new Date(at).getTime()) / DAY));
}

/** A length of time as people say it: "7 days", "90 minutes". */
export function length(seconds: number): string {
  const units = [...UNITS, [SECOND, "second"] as const];
  const whole = units.find(([size]) => seconds * SECOND >= size && (seconds * SECOND) % size === 0);
  const [size, unit] = whole ?? ([SECOND, "second"] as const);
  return measured((seconds * SECOND) / size, unit);
}

/** How much of the day has passed in the viewer's zone, in days; a minute at the least. */
export function shareOfToday(now = new Date()): number {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  return Math.max(MINUTE, now.getTime() - midnight) / DAY;
}
