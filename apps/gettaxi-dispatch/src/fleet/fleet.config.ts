import { defineConfig, integer } from '@headwater/service-kit';

export class FleetConfig extends defineConfig({
  positionMaxAgeSeconds: integer({
    default: 600,
    min: 5,
    max: 86_400,
    description:
      'seconds after which a taxi that reports nothing is not offered any more, counted from when its last position arrived',
  }),
}) {}
