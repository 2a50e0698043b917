import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive of these parts, deflated. `lies` changes what the central directory says of a part. */
export function makeZip(parts: Record<string, string | Buffer>, lies: Record<string, { size?: number; flags?: number }> = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(lies[name]?.flags ?? 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(lies[name]?.size ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, where, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const office = 'application/vnd.openxmlformats-officedocument';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const typesOf = (overrides: Record<string, string>, more = '') => `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${more}${Object.entries(overrides).map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`).join('')}</Types>`;
const relationsOf = (...targets: [type: string, target: string][]) => `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.map(([type, target], n) => `<Relationship Id="rId${n + 1}" Type="${relations}/${type}" Target="${target}"/>`).join('')}</Relationships>`;

/** The parts of a Word document of these paragraphs. With `mainType`, of another kind of Word file. */
export function wordParts(paragraphs: string[], mainType = `${office}.wordprocessingml.document.main+xml`): Record<string, string> {
  const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  return {
    '[Content_Types].xml': typesOf({ '/word/document.xml': mainType }),
    '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
    'word/document.xml': `${xml}<w:document xmlns:w="${w}"><w:body>${paragraphs.map((p) => `<w:p><w:r><w:t xml:space="preserve">${escaped(p)}</w:t></w:r></w:p>`).join('')}</w:body></w:document>`,
  };
}

/** The parts of an Excel workbook with one sheet of these rows. */
export function workbookParts(sheet: string, rows: (string | number)[][]): Record<string, string> {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const shared = [...new Set(rows.flat().filter((cell) => typeof cell === 'string'))];
  const cell = (value: string | number, column: number, row: number) => `<c r="${String.fromCharCode(65 + column)}${row + 1}"${typeof value === 'string' ? ' t="s"' : ''}><v>${typeof value === 'string' ? shared.indexOf(value) : value}</v></c>`;
  return {
    '[Content_Types].xml': typesOf({ '/xl/workbook.xml': `${office}.spreadsheetml.sheet.main+xml`, '/xl/worksheets/sheet1.xml': `${office}.spreadsheetml.worksheet+xml`, '/xl/sharedStrings.xml': `${office}.spreadsheetml.sharedStrings+xml` }),
    '_rels/.rels': relationsOf(['officeDocument', 'xl/workbook.xml']),
    'xl/_rels/workbook.xml.rels': relationsOf(['worksheet', 'worksheets/sheet1.xml'], ['sharedStrings', 'sharedStrings.xml']),
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="${escaped(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/worksheets/sheet1.xml': `${xml}<worksheet xmlns="${main}"><sheetData>${rows.map((row, r) => `<row r="${r + 1}">${row.map((value, c) => cell(value, c, r)).join('')}</row>`).join('')}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `${xml}<sst xmlns="${main}" uniqueCount="${shared.length}">${shared.map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
  };
}

/** The parts of a presentation with these slides, each of some lines. No masters: enough for what reads its words, not for PowerPoint. */
export function presentationParts(slides: string[][]): Record<string, string> {
  const names = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
  const slide = (lines: string[]) => `${xml}<p:sld ${names}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>${lines.map((l) => `<a:p><a:r><a:t>${escaped(l)}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>`;
  return {
    '[Content_Types].xml': typesOf({ '/ppt/presentation.xml': `${office}.presentationml.presentation.main+xml`, ...Object.fromEntries(slides.map((_, n) => [`/ppt/slides/slide${n + 1}.xml`, `${office}.presentationml.slide+xml`])) }),
    '_rels/.rels': relationsOf(['officeDocument', 'ppt/presentation.xml']),
    'ppt/_rels/presentation.xml.rels': relationsOf(...slides.map((_, n): [string, string] => ['slide', `slides/slide${n + 1}.xml`])),
    'ppt/presentation.xml': `${xml}<p:presentation ${names} xmlns:r="${relations}"><p:sldIdLst>${slides.map((_, n) => `<p:sldId id="${256 + n}" r:id="rId${n + 1}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    ...Object.fromEntries(slides.map((lines, n) => [`ppt/slides/slide${n + 1}.xml`, slide(lines)])),
  };
}
