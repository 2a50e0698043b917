import { geoConicEqualArea, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import states from 'us-atlas/states-10m.json' with { type: 'json' };
import countries from 'world-atlas/countries-110m.json' with { type: 'json' };

/** Size of the drawing in its own units. */
export const mapSize = { width: 960, height: 652 };

interface Outlines { land: string; borders: string; project: (longitude: number, latitude: number) => { x: number; y: number } | null }

let drawn: Outlines | null = null;

/**
 * The United States and Canada as SVG paths (equal-area cone; U.S. Census Bureau and Natural Earth, both public domain, by us-atlas and world-atlas), and where a position
 * in degrees lies on them; null for one that is not on the map. Drawn once: it takes some milliseconds.
 */
export function northAmerica(): Outlines {
  return (drawn ??= draw());
}

function draw(): Outlines {
  const [us, world] = [topology(states), topology(countries)];
  const { width, height } = mapSize;
  const nations = collection(world, 'countries').geometries.filter(({ properties }) => properties !== undefined && 'name' in properties && ['Canada', 'United States of America'].includes(String(properties.name)));
  const land = feature(world, { type: 'GeometryCollection', geometries: nations });
  const projection = geoConicEqualArea().parallels([30, 60]).rotate([98, 0]).fitExtent([[8, 8], [width - 8, height - 8]], land).clipExtent([[0, 0], [width, height]]);
  const path = geoPath(projection).digits(1);
  return {
    land: path(land) ?? '',
    borders: `${path(mesh(us, collection(us, 'states'), (a, b) => a !== b)) ?? ''}${path(mesh(world, { type: 'GeometryCollection', geometries: nations }, (a, b) => a !== b)) ?? ''}`,
    project: (longitude, latitude) => {
      const [x, y] = projection([longitude, latitude]) ?? [-1, -1];
      return x >= 0 && y >= 0 && x <= width && y <= height ? { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 } : null;
    },
  };
}

// The packages ship plain JSON: what is in it they say in their documentation, not in types.
const topology = (json: unknown) => json as Topology;
const collection = (from: Topology, name: string) => from.objects[name] as GeometryCollection;
