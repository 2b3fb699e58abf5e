// `npm run build` has done its work before this runs; it only says so.
process.stdout.write('Built: every project is compiled into its dist/ folder.\n');
