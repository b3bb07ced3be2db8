// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/cwq_hash: write a file to it, read back the SHA-256 of what you wrote.
 *
 *	exec 3<>/dev/cwq_hash
 *	cat file >&3
 *	cat <&3
 *
 * An example of a client. Hashing is work that a writer need not wait for: a
 * write only copies the data into chunks. Each chunk is a work, done on the CPU
 * that it was written from by the threads cwq_hash/0, cwq_hash/1, ..., in
 * process context, where the crypto API may sleep. All open files share them.
 *
 * The works of one CPU start in the order they were queued in, but those of
 * different CPUs at any time, and a writer may go from CPU to CPU. So of the
 * chunks of one file, which have to be hashed in order, only the first is
 * queued; its function queues the next one when it is done, wherever that has
 * to run, and frees its own chunk. As each hands over to the next, the state
 * of the hash needs no lock.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <cwq/workqueue.h>

struct hash_file;

struct hash_chunk {
	struct cwq_work_struct work;
	struct list_head link;
	struct hash_file *file;
	int cpu;
	unsigned int len;
	u8 data[];
};

/* A full chunk fills the memory that kmalloc() has for it. */
#define CHUNK_SIZE (SZ_8K - sizeof(struct hash_chunk))

/* So much may wait to be hashed for one open file; then its writer waits. */
#define MAX_CHUNKS 32

/*
 * L: guarded by lock.  M: guarded by mutex.  C: of the chunk that runs, and of
 * the reader when there is none.
 */
struct hash_file {
	spinlock_t lock; /* nests outside the queue's own */
	struct list_head chunks; /* L: the first is queued or runs */
	unsigned int nr_chunks; /* L: on the list */
	wait_queue_head_t fewer_chunks; /* where nr_chunks is waited for */
	bool closed; /* nobody wants the digest */
	struct mutex mutex; /* one write or read at a time */
	bool finished; /* M: digest is valid */
	u8 digest[SHA256_DIGEST_SIZE]; /* M */
	int error; /* C: the first that occurred */
	struct shash_desc desc; /* C: last, its size varies */
};

static struct cwq_workqueue_struct *hash_wq;
static struct crypto_shash *hash_tfm;

static void queue_chunk(struct hash_chunk *chunk)
{
	cwq_queue_work_on(chunk->cpu, hash_wq, &chunk->work);
}

/*
 * Whoever has seen the last chunk go, under the lock, may free the file, so it
 * is not touched after the lock is dropped.
 */
static void finish_chunk(struct hash_chunk *chunk)
{
	struct hash_file *f = chunk->file;
	struct hash_chunk *next;

	spin_lock(&f->lock);
	list_del(&chunk->link);
	f->nr_chunks--;
	next = list_first_entry_or_null(&f->chunks, struct hash_chunk, link);
	if (next)
		queue_chunk(next);
	wake_up(&f->fewer_chunks);
	spin_unlock(&f->lock);
}

static void hash_chunk_fn(struct cwq_work_struct *work)
{
	struct hash_chunk *chunk = container_of(work, struct hash_chunk, work);
	struct hash_file *f = chunk->file;

	if (!f->error && !READ_ONCE(f->closed))
		f->error =
			crypto_shash_update(&f->desc, chunk->data, chunk->len);
	finish_chunk(chunk);
	kfree(chunk);
}

static void add_chunk(struct hash_file *f, struct hash_chunk *chunk)
{
	spin_lock(&f->lock);
	chunk->cpu = raw_smp_processor_id();
	list_add_tail(&chunk->link, &f->chunks);
	f->nr_chunks++;
	if (f->nr_chunks == 1)
		queue_chunk(chunk);
	spin_unlock(&f->lock);
}

static unsigned int chunks_left(struct hash_file *f)
{
	unsigned int n;

	spin_lock(&f->lock);
	n = f->nr_chunks;
	spin_unlock(&f->lock);
	return n;
}

static struct hash_chunk *make_chunk(struct hash_file *f,
				     const char __user *buf, size_t len)
{
	struct hash_chunk *chunk;

	chunk = kmalloc(struct_size(chunk, data, len), GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(chunk->data, buf, len)) {
		kfree(chunk);
		return ERR_PTR(-EFAULT);
	}
	CWQ_INIT_WORK(&chunk->work, hash_chunk_fn);
	chunk->file = f;
	chunk->len = len;
	return chunk;
}

/* What has been accepted stays accepted; an error counts if nothing was. */
static ssize_t write_chunks(struct hash_file *f, const char __user *buf,
			    size_t count)
{
	struct hash_chunk *chunk;
	size_t done, len;

	for (done = 0; done < count; done += len) {
		if (wait_event_interruptible(f->fewer_chunks,
					     chunks_left(f) < MAX_CHUNKS))
			return done ?: -ERESTARTSYS;
		len = min_t(size_t, count - done, CHUNK_SIZE);
		chunk = make_chunk(f, buf + done, len);
		if (IS_ERR(chunk))
			return done ?: PTR_ERR(chunk);
		add_chunk(f, chunk);
	}
	return done;
}

static ssize_t hash_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	struct hash_file *f = file->private_data;
	ssize_t ret;

	if (mutex_lock_interruptible(&f->mutex))
		return -ERESTARTSYS;
	/* Nothing can be added to a digest that has been read. */
	ret = f->finished ? -EINVAL : write_chunks(f, buf, count);
	mutex_unlock(&f->mutex);
	return ret;
}

static int finish_digest(struct hash_file *f)
{
	if (f->finished)
		return 0;
	if (wait_event_interruptible(f->fewer_chunks, !chunks_left(f)))
		return -ERESTARTSYS;
	if (!f->error)
		f->error = crypto_shash_final(&f->desc, f->digest);
	f->finished = !f->error;
	return f->error;
}

static ssize_t hash_read(struct file *file, char __user *buf, size_t count,
			 loff_t *ppos)
{
	struct hash_file *f = file->private_data;
	char text[2 * SHA256_DIGEST_SIZE + sizeof("\n")];
	int ret;

	if (mutex_lock_interruptible(&f->mutex))
		return -ERESTARTSYS;
	ret = finish_digest(f);
	mutex_unlock(&f->mutex);
	if (ret)
		return ret;

	ret = scnprintf(text, sizeof(text), "%*phN\n", SHA256_DIGEST_SIZE,
			f->digest);
	return simple_read_from_buffer(buf, count, ppos, text, ret);
}

static int hash_open(struct inode *inode, struct file *file)
{
	struct hash_file *f;
	int ret;

	f = kzalloc(sizeof(*f) + crypto_shash_descsize(hash_tfm), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	spin_lock_init(&f->lock);
	INIT_LIST_HEAD(&f->chunks);
	init_waitqueue_head(&f->fewer_chunks);
	mutex_init(&f->mutex);
	f->desc.tfm = hash_tfm;
	ret = crypto_shash_init(&f->desc);
	if (ret) {
		kfree(f);
		return ret;
	}
	file->private_data = f;
	return nonseekable_open(inode, file);
}

static int hash_release(struct inode *inode, struct file *file)
{
	struct hash_file *f = file->private_data;

	WRITE_ONCE(f->closed, true);
	wait_event(f->fewer_chunks, !chunks_left(f));
	mutex_destroy(&f->mutex);
	kfree(f);
	return 0;
}

static const struct file_operations hash_fops = {
	.owner = THIS_MODULE,
	.open = hash_open,
	.release = hash_release,
	.read = hash_read,
	.write = hash_write,
};

static struct miscdevice hash_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cwq_hash",
	.fops = &hash_fops,
};

static int __init cwq_hash_init(void)
{
	int ret;

	hash_tfm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(hash_tfm))
		return PTR_ERR(hash_tfm);

	hash_wq = cwq_create_workqueue("cwq_hash");
	if (!hash_wq) {
		ret = -ENOMEM;
		goto free_tfm;
	}

	ret = misc_register(&hash_device);
	if (ret)
		goto destroy_wq;
	return 0;

destroy_wq:
	cwq_destroy_workqueue(hash_wq);
free_tfm:
	crypto_free_shash(hash_tfm);
	return ret;
}

/*
 * No file is open any more, for each holds a reference to the module, and so no
 * chunk is left. A thread may still be on its way out of the last function; it
 * is, when its queue has been destroyed.
 */
static void __exit cwq_hash_exit(void)
{
	misc_deregister(&hash_device);
	cwq_destroy_workqueue(hash_wq);
	crypto_free_shash(hash_tfm);
}

module_init(cwq_hash_init);
module_exit(cwq_hash_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("SHA-256 of what is written to /dev/cwq_hash");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
