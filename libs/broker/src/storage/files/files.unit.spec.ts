import { describe, expect, it } from '@jest/globals';
import { ZERO_UUID } from '../../protocol/index.ts';
import { MemoryFileSystem } from '../file-system/memory-file-system.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import {
  deletedFolder,
  isDeletedFolder,
  offsetFileName,
  parseOffsetFileName,
  parsePartitionFolder,
} from './log-file-names.ts';
import { readMetaProperties, writeMetaProperties } from './meta-properties.ts';
import { OffsetCheckpoint } from './offset-checkpoint.ts';
import { readTopicId, writeTopicId } from './partition-metadata.ts';
import { openFilesLimit } from './open-files-limit.ts';

function put(fileSystem: MemoryFileSystem, path: string, text: string): void {
  const file = fileSystem.open(path, 'write');
  file.truncate(0);
  file.writeNow([Buffer.from(text)], 0);
  file.close();
}

describe('names of files and folders', () => {
  it('hold offsets in twenty digits', () => {
    expect(offsetFileName(42)).toBe('00000000000000000042');
    expect(parseOffsetFileName('00000000000000000042.log')).toEqual({ offset: 42, suffix: '.log' });
    for (const name of ['42.log', '00000000000000000042', 'x0000000000000000042.log', '99999999999999999999.log']) {
      expect(parseOffsetFileName(name)).toBeUndefined();
    }
  });

  it('take the last dash of a folder for the partition', () => {
    expect(parsePartitionFolder('a-b-12')).toEqual({ topic: 'a-b', partition: 12 });
    expect(parsePartitionFolder('orders')).toBeUndefined();
    expect(parsePartitionFolder('-1')).toBeUndefined();
  });

  it('mark a deleted folder within the longest name that file systems take', () => {
    const name = deletedFolder(`${'t'.repeat(249)}-0`, ZERO_UUID);
    expect(name).toHaveLength(255);
    expect(isDeletedFolder(name)).toBe(true);
    expect(parsePartitionFolder(deletedFolder('orders-0', ZERO_UUID))).toBeUndefined();
    expect(isDeletedFolder('customer-delete')).toBe(false);
  });
});

describe('a checkpoint file', () => {
  it('is read as it was written', async () => {
    const fileSystem = new MemoryFileSystem();
    await writeCheckpoint(fileSystem, '/checkpoint', [
      ['orders', 0, 10],
      ['orders', 1, 20],
    ]);
    expect(fileSystem.readFile('/checkpoint')!.toString()).toBe('0\n2\norders 0 10\norders 1 20\n');
    expect(readCheckpoint(fileSystem, '/checkpoint')).toEqual([
      ['orders', '0', '10'],
      ['orders', '1', '20'],
    ]);
  });

  it.each(['', '1\n0\n', '0\n', '0\n2\norders 0 1\n', '0\nx\n'])('is left out when it is damaged (%j)', (text) => {
    const fileSystem = new MemoryFileSystem();
    put(fileSystem, '/checkpoint', text);
    expect(readCheckpoint(fileSystem, '/checkpoint')).toBeUndefined();
  });

  it('is written once for all that ask while a write is under way, with what holds then', async () => {
    const fileSystem = new MemoryFileSystem();
    let offset = 1;
    let writes = 0;
    const checkpoint = new OffsetCheckpoint(fileSystem, '/checkpoint', () => {
      writes++;
      return [{ topic: 'orders', partition: 0, offset }];
    });
    const first = checkpoint.write();
    offset = 2;
    const others = [checkpoint.write(), checkpoint.write(), checkpoint.write()];
    await first;
    await Promise.all(others);
    expect(writes).toBe(2);
    expect(checkpoint.read().get('orders-0')).toBe(2);
    await checkpoint.write();
    expect(writes).toBe(3);
  });

  it('can be written again after a write failed', async () => {
    const fileSystem = new MemoryFileSystem();
    const checkpoint = new OffsetCheckpoint(fileSystem, '/checkpoint', () => []);
    fileSystem.fault = () => 'EIO';
    const failing = [checkpoint.write(), checkpoint.write()];
    await expect(failing[0]).rejects.toMatchObject({ code: 'EIO' });
    await expect(failing[1]).rejects.toMatchObject({ code: 'EIO' });
    fileSystem.fault = undefined;
    await checkpoint.write();
    expect(readCheckpoint(fileSystem, '/checkpoint')).toEqual([]);
  });
});

describe('a file that is replaced', () => {
  it('is the old or the new one, whole, after a power cut', async () => {
    for (const failing of ['write', 'sync', 'rename'] as const) {
      const fileSystem = new MemoryFileSystem();
      await writeFileAtomically(fileSystem, '/file', Buffer.from('old'));
      fileSystem.fault = (operation) => (operation === failing ? 'EIO' : undefined);
      await expect(writeFileAtomically(fileSystem, '/file', Buffer.from('newer'))).rejects.toMatchObject({
        code: 'EIO',
      });
      expect(
        fileSystem
          .crash(() => 0.9)
          .readFile('/file')!
          .toString(),
      ).toBe('old');
    }
    const fileSystem = new MemoryFileSystem();
    await writeFileAtomically(fileSystem, '/file', Buffer.from('newer'));
    expect(fileSystem.crash().readFile('/file')!.toString()).toBe('newer');
  });
});

describe('files that say whose the data are', () => {
  it('are read as they were written', async () => {
    const fileSystem = new MemoryFileSystem();
    const meta = { clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', nodeId: 7, directoryId: 'r2Bp9cXzQvyy0Bf8xNqoFA' };
    await writeMetaProperties(fileSystem, '/meta.properties', meta);
    expect(readMetaProperties(fileSystem, '/meta.properties')).toEqual(meta);
    const topicId = '01234567-89ab-4def-8123-456789abcdef';
    await writeTopicId(fileSystem, '/', topicId);
    expect(readTopicId(fileSystem, '/')).toBe(topicId);
  });

  it('are missing, or refused with what to do', () => {
    const fileSystem = new MemoryFileSystem();
    expect(readMetaProperties(fileSystem, '/meta.properties')).toBeUndefined();
    expect(readTopicId(fileSystem, '/')).toBeUndefined();
    put(fileSystem, '/meta.properties', '#Sat Nov 21\nversion=0\nbroker.id=1\ncluster.id=abc\n');
    expect(() => readMetaProperties(fileSystem, '/meta.properties')).toThrow(
      expect.objectContaining({
        code: 'DIRECTORY_FOREIGN',
        message: expect.stringContaining('use another data folder'),
      }),
    );
    put(fileSystem, '/partition.metadata', 'version: 0\ntopic_id: short');
    expect(readTopicId(fileSystem, '/')).toBeUndefined();
  });
});

describe('the bound of open files', () => {
  it('is half of what the system allows, within reason', () => {
    const limits = (files: string) =>
      `Max cpu time  unlimited  unlimited  seconds\nMax open files            ${files}   files\n`;
    expect(openFilesLimit(limits('20000  20000'))).toBe(10_000);
    expect(openFilesLimit(limits('1048576  1048576'))).toBe(10_000);
    expect(openFilesLimit(limits('4096  4096'))).toBe(2048);
    expect(openFilesLimit(limits('1024  4096'))).toBe(824);
    expect(openFilesLimit(limits('256  256'))).toBe(128);
    expect(openFilesLimit(limits('unlimited  unlimited'))).toBe(10_000);
    expect(openFilesLimit('')).toBe(1000);
  });
});
