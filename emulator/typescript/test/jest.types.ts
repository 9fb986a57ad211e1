// Only compiled: the matcher as TypeScript knows it in a test of Jest.
import "masking-emulator/jest";
import { expect } from "@jest/globals";
import type { World } from "masking-emulator";

export async function check(world: World, session: string): Promise<void> {
  await expect(world).toHaveDelivered("SessionTimeout", { session });
  await expect(world).not.toHaveDelivered("SessionPartiesHangup");
}
