// What Nest's dependency injection rests on: the types of parameters, at run time.
const recorded = new Map<string, unknown>();
Object.assign(Reflect, {
  metadata: (key: string, value: unknown) => (_target: object, member: string) =>
    recorded.set(`${member} ${key}`, value),
});

const decorated = (_target: object, _member: string, _descriptor: PropertyDescriptor): void => {};

export interface OnlyAType {
  name: string;
}

export class Service {}

export class Types {
  @decorated
  method(_count: number, _service: Service, _interface: OnlyAType): string {
    return '';
  }
}

export const typesOf = (_target: unknown, member: string): string[] =>
  (recorded.get(`${member} design:paramtypes`) as { name: string }[]).map(({ name }) => name);
