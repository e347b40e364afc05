# Words of the component gallery, which exists in development only.
gallery-title = 组件陈列
