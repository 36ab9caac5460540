import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../../../src/graph/compose-supergraph.ts';
import { createOverrideCourses } from '../../../src/graph/override-courses.ts';
import { createPlanner, type PlannerOptions } from '../../../src/graph/query-planner.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])\n';

function plannerOf(overrides: string, options: PlannerOptions = {}) {
  const supergraph = composeSupergraph([
    {
      name: 'old',
      sdl: parse(`${LINK} type Query { product: Product } type Product @key(fields: "id") { id: ID! x: Int y: Int }`),
    },
    { name: 'new', sdl: parse(`${LINK} type Product @key(fields: "id") { id: ID! ${overrides} }`) },
  ]);
  const planner = createPlanner(supergraph, options);
  const moved = (field: string, course?: number): boolean =>
    JSON.stringify(planner.plan(`{ product { ${field} } }`, undefined, course)).includes('"new"');
  return { planner, moved };
}

describe('fields that move by a label', () => {
  const overrides = 'x: Int @override(from: "old", label: "beta") y: Int @override(from: "old", label: "gamma")';

  it('have moved where the label holds', () => {
    const { planner, moved } = plannerOf(overrides, { overrideLabels: ['beta'] });
    expect([moved('x'), moved('y')]).toEqual([true, false]);
    expect(planner.draw).toBeUndefined();
  });

  it('are told apart from labels that no field has', () => {
    const { planner } = plannerOf(overrides, { overrideLabels: ['gamma', 'betta'] });
    expect(planner.unknownLabels).toEqual(['betta']);
  });
});

describe('fields that move by a percentage', () => {
  const overrides =
    'x: Int @override(from: "old", label: "percent(12.5)") y: Int @override(from: "old", label: "percent(40)")';

  it.each([
    [0, [true, true]],
    [0.1249, [true, true]],
    [0.125, [false, true]],
    [0.3999, [false, true]],
    [0.4, [false, false]],
    [0.9999, [false, false]],
  ])('have moved for a request that draws %d as their percentage says', (draw, expected) => {
    const { planner, moved } = plannerOf(overrides, { random: () => draw });
    const course = planner.draw?.();
    expect([moved('x', course), moved('y', course)]).toEqual(expected);
  });

  it('are planned as for most requests where nobody drew', () => {
    const { moved } = plannerOf(overrides.replace('40', '90'));
    expect([moved('x'), moved('y')]).toEqual([false, true]);
  });

  it('need no draw where the share is all or nothing', () => {
    const { planner, moved } = plannerOf(overrides.replace('12.5', '0').replace('40', '100'));
    expect(planner.draw).toBeUndefined();
    expect([moved('x'), moved('y')]).toEqual([false, true]);
  });
});

describe('the courses of a graph', () => {
  it('are as few as the percentages tell apart, the most likely one first', () => {
    const courses = createOverrideCourses([70, 10, 10, 0, 100]);
    expect(courses.count).toBe(3);
    expect([courses.at(20), courses.at(80), courses.at(5)]).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((course) => courses.percentageOf(course))).toEqual([10, 70, 0]);
  });
});

describe('a field that requires others', () => {
  const FEDERATION =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])';
  const supergraph = composeSupergraph(
    Object.entries({
      weights: 'type Query { box: Box } type Box @key(fields: "id") { id: ID! weight: Int }',
      boxes: `type Box @key(fields: "id") {
        id: ID! inside: [Box] weight: Int @external price: Price @requires(fields: "weight")
      } type Price { amount: Int }`,
    }).map(([name, sdl]) => ({ name, sdl: parse(`${FEDERATION} ${sdl}`) })),
  );

  it('is reached by way of its own subgraph, too', () => {
    const plan = JSON.stringify(
      createPlanner(supergraph).plan('{ box { inside { price { amount } } } }', undefined).node,
    );
    const services = [...plan.matchAll(/"serviceName":"(\w+)"/g)].map(([, name]) => name);
    expect(services[0]).toBe('weights');
    expect(services[1]).toBe('boxes');
    expect(services.slice(2)).toEqual(expect.arrayContaining(['weights', 'boxes']));
    expect(plan).not.toContain('#');
  });
});
