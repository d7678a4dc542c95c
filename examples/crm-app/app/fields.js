import { HttpError } from './http-error.js';

export function requireText(body, field) {
  const text = optionalText(body[field]);
  if (text === null) throw new HttpError(400, `the field "${field}" is missing`);
  return text;
}

export function optionalText(value) {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

export function optionalId(value) {
  if (value === undefined || value === null || value === '') return null;
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id < 1) throw new HttpError(400, `"${value}" is not an id`);
  return id;
}

export function requireId(body, field) {
  const id = optionalId(body[field]);
  if (id === null) throw new HttpError(400, `the field "${field}" is missing`);
  return id;
}

/** Money travels as a decimal text with two places, never as a floating point number. */
export function requireMoney(body, field) {
  const match = /^(-?\d{1,10})(?:\.(\d{1,2}))?$/.exec(String(body[field] ?? ''));
  if (match === null) throw new HttpError(400, `the field "${field}" must be an amount such as 1234.50`);
  return `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}`;
}
