import { html } from '../../html.ts';
import { languages } from './languages.ts';

const unselected = languages.map(({ tag }) => `#in-${tag}:not(:checked) ~ * [lang=${tag}]`).join(', ');

/** The radio buttons before the content switch the language without a script. */
export const style = html`<style>
  ${{ markup: `${unselected} { display: none }` }} :root {
    font:
      15px/1.45 system-ui,
      sans-serif;
    color: #222;
    background: #fff;
  }
  body {
    max-width: 1100px;
    margin: 0 auto;
    padding: 12px 16px;
  }
  h1 {
    font-size: 1.5rem;
    margin: 0.6rem 0;
  }
  h2 {
    font-size: 1.3rem;
    border-bottom: 2px solid #1b4f72;
    margin: 1.8rem 0 0.6rem;
  }
  h3 {
    font-size: 1rem;
    margin: 0 0 0.4rem;
  }
  p {
    margin: 0.4rem 0;
    color: #555;
  }
  .parts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
    gap: 20px 32px;
  }
  .parts > * {
    min-width: 0;
    break-inside: avoid;
  }
  svg {
    width: 100%;
    max-width: 480px;
    height: auto;
    display: block;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 0.87rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 3px 6px;
    border-bottom: 1px solid #ddd;
    text-align: right;
    vertical-align: top;
  }
  th:first-child,
  td:first-child {
    text-align: left;
    min-width: 7.5em;
    overflow-wrap: anywhere;
  }
  td + td {
    white-space: nowrap;
  }
  thead th {
    font-weight: 600;
    color: #555;
  }
  tr {
    break-inside: avoid;
  }
  tfoot td {
    font-weight: 600;
  }
  i {
    display: inline-block;
    width: 0.7em;
    height: 0.7em;
    margin-right: 0.4em;
    print-color-adjust: exact;
    -webkit-print-color-adjust: exact;
  }
  section {
    margin-bottom: 1.2rem;
  }
  td .key {
    display: none;
  }
  @media (max-width: 600px) {
    .wide thead {
      display: none;
    }
    .wide tr {
      display: block;
      padding: 6px 0;
      border-bottom: 1px solid #bbb;
    }
    .wide td {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      border: 0;
      padding: 1px 0;
    }
    .wide td:first-child {
      font-weight: 600;
    }
    .wide td + td .key {
      display: inline;
      color: #555;
    }
  }
  @media print {
    body > input,
    body > label {
      display: none;
    }
    body {
      padding: 0;
      max-width: none;
    }
    :root {
      font-size: 11px;
    }
  }
</style>`;
