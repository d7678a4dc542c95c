import { createTransport } from 'nodemailer';
import { messageOf } from '../../kernel/errors.ts';
import { type Mail, MESSAGE_HEADER } from './protocol.ts';

/** Mails at a time: more would only wait for each other. */
const CONNECTIONS = 4;
/** The server's own patience is a minute. */
const IDLE_MS = 10_000;

/** Over real SMTP to the server of this very environment; there is no other way from here, so nothing can leave. */
export function mailer(port: number): (mail: Mail) => Promise<string | null> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Infinity,
    // A mail whose connection broke may have arrived: sent again it would be there twice.
    maxRequeues: 0,
    // Before the server closes it, so that no mail meets a connection that is just going.
    idleTimeout: IDLE_MS,
    ignoreTLS: true,
  });
  return async ({ message, to, name, subject, text }) => {
    try {
      await transport.sendMail({
        from: { name: 'Rollproof', address: 'drill@rollproof.invalid' },
        to: { name: name ?? '', address: to },
        subject,
        text,
        headers: { [MESSAGE_HEADER]: message },
        disableUrlAccess: true,
        disableFileAccess: true,
      });
      return null;
    } catch (error) {
      return messageOf(error); // a refusal of the server is what the drill wants to know
    }
  };
}
