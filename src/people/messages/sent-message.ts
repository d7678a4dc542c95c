/** What became of one message. Moments are monotonic milliseconds of the machine, null where it did not happen. */
export type SentMessage = {
  readonly message: string;
  readonly template: string | null;
  readonly kind: 'news' | 'success';
  readonly subject: string;
  readonly channel: string;
  readonly over: 'smtp' | 'webhook';
  readonly audience: string;
  /** In the audience; a post is one delivery for all of them. */
  readonly people: number;
  readonly gate: string | null;
  /** When the gate opened; without a gate, when sending began. */
  readonly gateAtMs: number | null;
  readonly withinMs: number | null;
  /** Why it was not sent. `too-early`: the plan sends it before its gate. `not-verified`: there was nothing good to tell. */
  readonly heldBack: { readonly why: 'too-early' | 'not-verified'; readonly sentence: string } | null;
  readonly beganMs: number;
  readonly acknowledge: boolean;
  /** In a drill nobody real reads: the drill’s reader does, and its time says nothing about people. */
  readonly readBy: 'drill';
  /** The channel that was tried before, and why it took nothing. */
  readonly insteadOf?: { readonly channel: string; readonly trouble: string };
  readonly deliveries: readonly Delivery[];
  /** Where it arrived although nobody there is in the audience. */
  readonly strangers: readonly string[];
};

export type Delivery = {
  readonly to: string;
  /** Why it could not be handed over. */
  readonly trouble: string | null;
  readonly copies: number;
  readonly marked: boolean;
  readonly digest: string | null;
  readonly deliveredMs: number | null;
  readonly link: 'works' | 'broken' | 'not asked for';
  readonly acknowledgedMs: number | null;
};
