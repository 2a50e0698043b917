/** One stroke path per icon, on a grid of 24. */
export const paths = {
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 21 21',
  menu: 'M4 7h16M4 12h16M4 17h16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  pin: 'M9 4h6l-1 6 3.5 3.5h-11L10 10 9 4ZM12 13.5V21',
  comment: 'M4 5h16v11h-9l-4.5 4v-4H4z',
  book: 'M5 4.5h10.5A3.5 3.5 0 0 1 19 8v12H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.2l3.4 2',
  close: 'm6.5 6.5 11 11m0-11-11 11',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.5M12 7.6v.1',
  warning: 'M12 4 2.8 20h18.4zM12 10v4.6M12 17.2v.1',
  external: 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9',
  arrow: 'M5 12h14m-5.5-6 6 6-6 6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-4 3.7-5.5 7.5-5.5s6.7 1.5 7.5 5.5',
  tag: 'M4 4h8l8.5 8.5-8 8L4 12zM8 8v.1',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8',
  flag: 'M6 21V4h12l-2.5 4.5L18 13H6',
  edit: 'm4 20 1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5',
  trash: 'M4 7h16M9.5 7V4h5v3M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5',
  feed: 'M5 5c8 0 14 6 14 14M5 11.5c4.5 0 7.5 3 7.5 7.5M6 18v.1',
} as const;

export type IconName = keyof typeof paths;
