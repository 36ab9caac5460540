// What an upstream sends by itself in, types for it out: what a delivery holds. Called by `mapToSdl`.
import { pascalName } from '../graphql-names.ts';
import type { ApiEvent, TakeNote } from './document-model.ts';
import { chooseBody } from './media-types.ts';
import type { SchemaTypes } from './schema-types.ts';
import { nullable, quote, type TypeDef } from './sdl-model.ts';

/** `newPet` → `type NewPetEvent @event(name: "newPet") { body: Pet }`. */
export function mapEvents(events: readonly ApiEvent[], types: SchemaTypes, note: TakeNote): TypeDef[] {
  return events.flatMap((event): TypeDef[] => {
    const schema = chooseBody(event.body)?.media.schema?.();
    if (schema === undefined) {
      note(event.at, `the event "${event.name}" does not say what is in it`);
      return [];
    }
    const base = pascalName(event.name);
    const type = types.refer(schema, 'output', { typeName: `${base}Body`, fieldName: 'body' });
    const name = types.claim(/event$/i.test(base) ? base : `${base}Event`);
    const body = {
      name: 'body',
      upstream: undefined,
      type: nullable(type),
      description: undefined,
      deprecated: undefined,
    };
    return [
      {
        kind: 'object',
        name,
        description: event.description,
        at: event.at,
        fields: [{ ...body, args: [], directives: [] }],
        directives: [`@event(name: ${quote(event.name)})`],
      },
    ];
  });
}
