import init, { serve } from './mqtt.js';

await init();
serve();
