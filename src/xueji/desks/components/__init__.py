"""Components (组件): what a page is built of. Each is one template with named inputs, shown once in the gallery."""
