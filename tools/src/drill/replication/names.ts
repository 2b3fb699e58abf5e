/** Names that the drills and their workers share. */
export const CAPTURE_NAME = 'drill_capture';
export const CAPTURED_TOPIC = 'drill_entries';
export const RELAYED_TOPIC = 'drill_events';
