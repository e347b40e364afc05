# Words of the component gallery, which exists in development only.
gallery-title = Component gallery
