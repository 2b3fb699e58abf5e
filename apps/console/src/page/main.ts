import { hydrate, mount } from 'svelte';
import App from './App.svelte';
import './theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('the document has no element #app');
// The build has rendered the frame into each page's document; Vite's own server has not.
const start = target.hasChildNodes() ? hydrate : mount;
start(App, { target, props: { address: location } });
// What said that this script is missing.
document.querySelector('.overdue')?.remove();
