//! Where sealed bytes lie. A true outside: the database for a house that has nothing else, a folder (that all its servers
//! share) for one that has much to keep. An object store is a third of these.

use domain::ids::FileId;
use sqlx::PgPool;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::pin::Pin;

/// The place cannot be reached, or is full.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The folder.
    #[error("files: {0}")]
    Folder(#[from] std::io::Error),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What a [`Blobs`] does takes a while.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, BlobError>> + Send + 'a>>;

/// Keeps sealed bytes under names of ours. It never sees what they say.
pub trait Blobs: Send + Sync {
    /// Writes bytes under a name that is new: all of them, or nothing.
    fn put(&self, id: FileId, sealed: Vec<u8>) -> Doing<'_, ()>;
    /// The bytes.
    fn get(&self, id: FileId) -> Doing<'_, Option<Vec<u8>>>;
    /// Removes them; gone already is as good.
    fn remove(&self, id: FileId) -> Doing<'_, ()>;
}

/// In the database.
pub struct Database(pub PgPool);

impl Blobs for Database {
    fn put(&self, id: FileId, sealed: Vec<u8>) -> Doing<'_, ()> {
        Box::pin(async move { Ok(store::files::put(&self.0, id.0, &sealed).await?) })
    }

    fn get(&self, id: FileId) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(async move { Ok(store::files::content(&self.0, id.0).await?) })
    }

    fn remove(&self, id: FileId) -> Doing<'_, ()> {
        Box::pin(async move { Ok(store::files::remove(&self.0, id.0).await?) })
    }
}

/// In a folder, which is there and may be written.
pub struct Folder(pub PathBuf);

impl Folder {
    /// The last characters of a name are random: files spread over 256 folders.
    fn path(&self, id: FileId) -> PathBuf {
        let name = id.0.simple().to_string();
        self.0.join(&name[30..]).join(name)
    }
}

impl Blobs for Folder {
    fn put(&self, id: FileId, sealed: Vec<u8>) -> Doing<'_, ()> {
        Box::pin(async move {
            let path = self.path(id);
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            // Whoever reads finds the whole or nothing, also after the power failed.
            let half = path.with_extension("half");
            let file = tokio::fs::File::create(&half).await?;
            let mut file = file;
            tokio::io::AsyncWriteExt::write_all(&mut file, &sealed).await?;
            file.sync_all().await?;
            tokio::fs::rename(&half, &path).await?;
            // A name is kept by its folder, and the folder's by the one above.
            for folder in path.parent().into_iter().chain([self.0.as_path()]) {
                tokio::fs::File::open(folder).await?.sync_all().await?;
            }
            Ok(())
        })
    }

    fn get(&self, id: FileId) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            match tokio::fs::read(self.path(id)).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn remove(&self, id: FileId) -> Doing<'_, ()> {
        Box::pin(async move {
            for path in [self.path(id).with_extension("half"), self.path(id)] {
                match tokio::fs::remove_file(path).await {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
            Ok(())
        })
    }
}
